# shellcheck shell=bash
# The search paths of a prefix of the user's own: env.sh.

environment_file=$user_prefix/env.sh

# Reads env.sh where there is one.
load_environment() {
  if [ -f "$environment_file" ]; then
    # shellcheck source=/dev/null
    . "$environment_file"
  fi
}

# One line of env.sh: puts a folder first in a variable, unless it is in it: prepend VARIABLE FOLDER.
prepend() {
  printf 'case ":${%s:-}:" in *":%s:"*) ;; *) export %s="%s${%s:+:$%s}" ;; esac\n' \
    "$1" "$2" "$1" "$2" "$1" "$1"
}

# Writes env.sh for what the prefix holds by now.
write_environment() {
  local pc=$user_prefix/lib/pkgconfig/libtorch.pc
  {
    echo "# Written by swift-rlhf's Scripts/setup; source it in sh or bash."
    if [ -d "$debian_root" ]; then
      prepend PATH "$debian_root/usr/bin"
      prepend CPATH "$debian_root/usr/include/$multiarch"
      prepend CPATH "$debian_root/usr/include"
      prepend LIBRARY_PATH "$debian_root/usr/lib/$multiarch"
      prepend LD_LIBRARY_PATH "$debian_root/usr/lib/$multiarch"
      prepend PKG_CONFIG_PATH "$debian_root/usr/lib/$multiarch/pkgconfig"
      if [ -d "$debian_root/usr/lib/git-core" ]; then
        echo "export GIT_EXEC_PATH=\"$debian_root/usr/lib/git-core\""
        echo "export GIT_TEMPLATE_DIR=\"$debian_root/usr/share/git-core/templates\""
      fi
    fi
    if [ -f "$pc" ]; then
      prepend PKG_CONFIG_PATH "$user_prefix/lib/pkgconfig"
      prepend LD_LIBRARY_PATH "$(sed -n 's/^prefix=//p' "$pc")/lib"
    fi
  } | write_file "$environment_file"
}

print_environment() {
  say "for plain swift commands in this shell, and in your profile for later ones:"
  printf '\n    . %s\n\n' "$environment_file"
  sed -n 's/^\(case\|export\).*/    &/p' "$environment_file"
}
