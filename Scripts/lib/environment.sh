# shellcheck shell=bash
# The environment of a prefix of the user's own: env.sh.

environment_file=$user_prefix/env.sh
certificates=$user_prefix/ca-certificates.crt

# Reads env.sh where there is one.
load_environment() {
  if [ -f "$environment_file" ]; then
    # shellcheck source=/dev/null
    . "$environment_file"
  fi
}

# The variables that the prefix needs by now, one a line: how, name and value.
environment_variables() {
  local usr=$debian_root/usr pc=$user_prefix/lib/pkgconfig/libtorch.pc
  echo "set RLHF_PREFIX $user_prefix"
  if [ -d "$usr" ]; then
    echo "first PATH $usr/bin"
    echo "first LD_LIBRARY_PATH $usr/lib/$multiarch"
    echo "first PKG_CONFIG_PATH $usr/lib/$multiarch/pkgconfig"
    if has_sysroot; then
      # Swift's compiler and linker look for the C library where SDKROOT says, clang where
      # --sysroot says, which it takes from this variable (# keeps it quiet about that).
      echo "set SDKROOT $debian_root"
      echo "set CCC_OVERRIDE_OPTIONS # ^--sysroot=$debian_root"
    else
      echo "first CPATH $usr/include/$multiarch"
      echo "first CPATH $usr/include"
      echo "first LIBRARY_PATH $usr/lib/$multiarch"
    fi
    if [ -d "$usr/lib/git-core" ]; then
      echo "set GIT_EXEC_PATH $usr/lib/git-core"
      echo "set GIT_TEMPLATE_DIR $usr/share/git-core/templates"
    fi
  fi
  if [ -f "$certificates" ]; then
    printf 'set %s %s\n' GIT_SSL_CAINFO "$certificates" SSL_CERT_FILE "$certificates" \
      PIP_CERT "$certificates"
  fi
  if [ -f "$pc" ]; then
    echo "first PKG_CONFIG_PATH $user_prefix/lib/pkgconfig"
    echo "first LD_LIBRARY_PATH $(sed -n 's/^prefix=//p' "$pc")/lib"
  fi
}

# Writes env.sh for what the prefix holds by now.
write_environment() {
  local kind name value
  {
    echo "# Written by swift-rlhf's Scripts/setup; source it in sh or bash."
    while read -r kind name value; do
      if [ "$kind" = set ]; then
        printf 'export %s="%s"\n' "$name" "$value"
      else
        # Once only, however often the file is read.
        printf 'case ":${%s:-}:" in\n  *":%s:"*) ;;\n  *) export %s="%s${%s:+:$%s}" ;;\nesac\n' \
          "$name" "$value" "$name" "$value" "$name" "$name"
      fi
    done < <(environment_variables)
  } | write_file "$environment_file"
}

# Tells what env.sh sets.
print_environment() {
  local kind name value
  say "make reads it by itself; for plain swift commands, in this shell and in your profile:"
  printf '\n    . %s\n\n' "$environment_file"
  say "which means:"
  while read -r kind name value; do
    if [ "$kind" = set ]; then
      printf '    %s="%s"\n' "$name" "$value"
    else
      printf '    %s="%s:$%s"\n' "$name" "$value" "$name"
    fi
  done < <(environment_variables)
}
