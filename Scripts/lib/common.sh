# shellcheck shell=bash
# What every part of the set-up uses: messages, privileges, the machine, disk space, Swift.

architecture=$(uname -m)
multiarch=$architecture-linux-gnu
user_prefix=${RLHF_PREFIX:-${HOME:-/root}/.local/share/swift-rlhf}
temporary=()

# Prints one line of progress.
say() {
  printf 'setup: %s\n' "$*"
}

# Ends with a message: fail MESSAGE [EXIT-CODE].
fail() {
  printf 'setup: %s\n' "$1" >&2
  exit "${2:-1}"
}

# Runs a command as root; in a folder of the user's own, as the user.
privileged() {
  if [ "${how:-}" = user ] || [ "$(id -u)" = 0 ]; then
    "$@"
  else
    sudo "$@"
  fi
}

# Whether sudo will do what we ask. Asks for a password only those whom sudo knows.
can_sudo() {
  command -v sudo >/dev/null || return 1
  if sudo -n true 2>/dev/null; then
    return 0
  fi
  [ -t 0 ] || return 1
  case " $(id -nG) " in
    *" sudo "* | *" wheel "* | *" admin "*)
      say "sudo is needed to install packages (Scripts/setup --user does without it)"
      sudo -v
      ;;
    *) return 1 ;;
  esac
}

# Remembers a temporary folder, removed at the end whatever happens.
forget_later() {
  temporary+=("$1")
}

clean_up() {
  local folder
  for folder in "${temporary[@]}"; do
    privileged rm -rf "$folder"
  done
}

check_machine() {
  [ "$(uname -s)" = Linux ] || fail "this is $(uname -s); the set-up knows Debian 12 on Linux.\
 Elsewhere, put a libtorch.pc of libtorch $libtorch_series where pkg-config finds it"
  case $architecture in
    x86_64 | aarch64) ;;
    *) fail "this machine is $architecture; libtorch comes for x86_64 and aarch64" ;;
  esac
  case $user_prefix${LIBTORCH:-} in
    *[[:space:]\"\$]*) fail "a folder's name holds a space or quote, which compilers and\
 pkg-config stumble over: '$user_prefix' '${LIBTORCH:-}'; set RLHF_PREFIX or LIBTORCH to another" 2 ;;
  esac
}

# Ends unless the file system that will hold a folder has so many megabytes free.
need_space() {
  local folder=$1 megabytes=$2 free
  while [ ! -d "$folder" ]; do
    folder=$(dirname "$folder")
  done
  free=$(df -Pm "$folder" | awk 'NR == 2 { print $4 }')
  [ "$free" -ge "$megabytes" ] || fail "$folder has $free MB free, $3 needs $megabytes MB; free\
 some space, or name a roomier folder with $4"
}

# Sets `swift_version`, or says how to get Swift.
check_swift() {
  local report advice
  advice="Get it from https://www.swift.org/install/linux (Debian 12), unpack it, and put its\
 usr/bin on PATH: export PATH=/opt/swift/usr/bin:\$PATH"
  command -v swift >/dev/null || fail "swift is not on PATH; Swift 6.3 is needed. $advice"
  # Not `swift --version`, which leaves a temporary folder behind.
  report=$(swift build --version 2>&1) || fail "swift is on PATH but does not run:\
 $(printf '%s' "$report" | head -n 1)"
  swift_version=$(printf '%s' "$report" | sed -n 's/.*- Swift \([0-9.]*\).*/\1/p' | head -n 1)
  printf '%s\n6.3\n' "$swift_version" | sort -VC -r || fail "this is Swift ${swift_version:-?}\
 ($(command -v swift)); 6.3 or later is needed. $advice"
}
