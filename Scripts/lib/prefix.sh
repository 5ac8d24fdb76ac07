# shellcheck shell=bash
# Debian packages unpacked into a prefix of the user's own, by those who may not install them.

debian_root=$user_prefix/debian

# apt-get with lists and cache of our own, for those who may not touch the system's.
private_apt() {
  apt-get -q -o Dir::State="$apt/state" -o Dir::State::status=/var/lib/dpkg/status \
    -o Dir::Cache="$apt/cache" -o Debug::NoLocking=true --no-install-recommends "$@"
}

download_packages() (
  cd "$apt/archives" && private_apt download "$@"
)

# Fetches packages, with what they depend on and the system lacks, and unpacks them.
unpack_packages() {
  local apt package list
  need_space "$user_prefix" 1000 "a set of packages" RLHF_PREFIX
  mkdir -p "$user_prefix"
  apt=$(mktemp -d "$user_prefix/.packages-XXXXXX")
  forget_later "$apt"
  # As on the system itself, /lib is /usr/lib.
  mkdir -p "$apt"/{state/lists,cache/archives}/partial "$apt"/archives \
    "$apt"/root/usr/{bin,sbin,lib,lib64}
  ln -s usr/bin usr/sbin usr/lib usr/lib64 "$apt/root/"

  quietly "apt-get could not fetch the package lists" private_apt update
  # What the system has in an older version (its C library, say) stays as it is.
  # shellcheck disable=SC2086 # one word per package
  list=$(private_apt --simulate install $1 | awk '$1 == "Inst" && $3 !~ /^\[/ { print $2 }')
  [ -n "$list" ] || fail "apt-get knows no way to install $1 here; ask the machine's administrator"
  # shellcheck disable=SC2086
  quietly "apt-get could not download the packages" download_packages $list
  for package in "$apt"/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -x --keep-directory-symlink -C "$apt/root"
  done
  find "$apt/root" -name '*.pc' -exec sed -i "s|^\([a-z_]*=\)/usr|\1$debian_root/usr|" {} +

  mkdir -p "$debian_root"
  cp -a --remove-destination "$apt/root/." "$debian_root/"
  rm -rf "$apt"
  collect_certificates
  write_environment
  load_environment
}

# A bundle of the certificates, which Debian makes when it installs the package.
collect_certificates() {
  local unpacked=$debian_root/usr/share/ca-certificates/mozilla
  if [ -d "$unpacked" ] && ! [ -e /etc/ssl/certs/ca-certificates.crt ]; then
    cat "$unpacked"/*.crt | write_file "$certificates"
  fi
}

# Whether the C library's headers, or C++'s, are the prefix's: then compilers are pointed there.
has_sysroot() {
  [ -e "$debian_root/usr/include/stdio.h" ] && [ ! -L "$debian_root/usr/include/stdio.h" ] ||
    compgen -G "$debian_root/usr/lib/gcc/$multiarch/*/libstdc++.so" >/dev/null
}

# Whether the prefix still points at a Swift that is there.
sysroot_is_whole() {
  ! has_sysroot || [ -d "$debian_root/usr/lib/swift/linux" ]
}

# Links what the system has and the prefix lacks: a compiler pointed at the prefix sees no more.
complete_sysroot() {
  local usr=$debian_root/usr part resources
  has_sysroot || return 0
  for part in include lib/gcc; do
    if [ -d "/usr/$part" ]; then
      mkdir -p "$usr/$part"
      link_missing "$usr/$part" "/usr/$part/."
    fi
  done
  link_missing "$usr/lib/$multiarch" "/usr/lib/$multiarch"/*.{so,so.*,o,a}
  link_missing "$usr/lib64" /usr/lib64/*.so*
  link_missing "$usr/lib" /usr/lib/*.so*
  resources=$(env -u SDKROOT swiftc -print-target-info 2>/dev/null |
    sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')
  if [ -n "$resources" ]; then
    ln -sfn "$resources" "$usr/lib/swift"
    ln -sfn "${resources}_static" "$usr/lib/swift_static"
  fi
}

# Links files, where nothing has their name yet: link_missing FOLDER FILE….
link_missing() {
  local folder=$1 file
  shift
  for file in "$@"; do
    if [ -e "$file" ]; then
      cp --archive --symbolic-link --no-clobber "$file" "$folder/" 2>/dev/null || true
    fi
  done
}
