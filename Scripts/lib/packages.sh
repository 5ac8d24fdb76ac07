# shellcheck shell=bash
# The Debian packages: which are missing, and how they come.

# Package, kind of evidence, evidence: a command on PATH, a shared library, or a file (pattern)
# under /usr or its like in the user's prefix.
required_packages() {
  cat <<END
make command make
git command git
ca-certificates certificates -
tzdata file share/zoneinfo/UTC
binutils command ld
libc6-dev file include/stdio.h
libstdc++-12-dev file lib/gcc/$multiarch/*/libstdc++.so
pkg-config command pkg-config
libsqlite3-dev file include/sqlite3.h
zlib1g-dev file include/zlib.h
libsndfile1-dev file include/sndfile.h
libpng-dev file include/png.h
libjpeg62-turbo-dev file include/jpeglib.h
libcurl4 library libcurl.so.4
libxml2 library libxml2.so.2
libncurses6 library libncurses.so.6
END
}

# Whether a file matching the pattern is under /usr, or in the user's prefix.
file_exists() {
  compgen -G "/usr/$1" >/dev/null || compgen -G "$debian_root/usr/$1" >/dev/null
}

# Whether the evidence for a package is there: is_present KIND EVIDENCE.
is_present() {
  case $1 in
    command) command -v "$2" >/dev/null ;;
    file) file_exists "$2" ;;
    library) file_exists "lib/$multiarch/$2" || file_exists "lib/$2" || file_exists "lib64/$2" ;;
    certificates) [ -e "${GIT_SSL_CAINFO:-/etc/ssl/certs/ca-certificates.crt}" ] ;;
  esac
}

# Sets `missing_packages`, separated by spaces.
find_missing_packages() {
  local package kind evidence
  missing_packages=
  while read -r package kind evidence; do
    is_present "$kind" "$evidence" || missing_packages+="${missing_packages:+ }$package"
  done < <(required_packages)
}

install_missing_packages() {
  [ -z "$missing_packages" ] || install_packages "$missing_packages"
}

# Installs Debian packages: install_packages "NAME NAME…".
install_packages() {
  command -v apt-get >/dev/null || fail "missing: $1. These are the names of Debian packages, and\
 there is no apt-get here; install their like by other means and run Scripts/setup again"
  say "installing packages: $1"
  if [ "$how" = user ]; then
    unpack_packages "$1"
  else
    # shellcheck disable=SC2086 # one word per package
    quietly "apt-get could not install $1" install_into_system $1
  fi
}

install_into_system() {
  privileged apt-get -q update &&
    privileged env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends \
      -o DPkg::Lock::Timeout=300 install "$@"
}

# Runs a command whose output matters only when it fails: quietly MESSAGE COMMAND….
quietly() {
  local message=$1 log
  shift
  log=$(mktemp)
  forget_later "$log"
  "$@" >"$log" 2>&1 </dev/null || {
    tail -n 20 "$log" >&2
    fail "$message; its last lines are above (no network? a mirror out of date?)"
  }
}
