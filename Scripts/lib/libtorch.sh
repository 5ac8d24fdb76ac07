# shellcheck shell=bash
# libtorch: is it there, is it the right one, fetching it, and telling pkg-config and the loader.

libtorch_series=2.13
libtorch_version=2.13.0
# The wheels are named after a Python they fit; their libraries are the same for all.
wheel_python=3.11

# The version of the libtorch in a folder, or nothing.
libtorch_version_at() {
  local header=$1/include/torch/headeronly/version.h
  if [ -f "$header" ]; then
    awk '$2 ~ /^TORCH_VERSION_(MAJOR|MINOR|PATCH)$/ { v = v d $3; d = "." } END { print v }' \
      "$header"
  elif [ -f "$1/build-version" ]; then
    cut -d + -f 1 "$1/build-version"
  fi
}

# The folder of the libtorch that SwiftPM will find, or nothing.
registered_libtorch() {
  local folder
  while read -r -d : folder; do
    if [ -f "$folder/libtorch.pc" ]; then
      sed -n 's/^prefix=//p' "$folder/libtorch.pc"
      return
    fi
  done <<<"${PKG_CONFIG_PATH:+$PKG_CONFIG_PATH:}/usr/local/lib/pkgconfig:/usr/lib/pkgconfig:"
}

# Whether the loader finds the libraries of a folder.
loader_knows() {
  local cache
  case ":${LD_LIBRARY_PATH:-}:" in
    *":$1/lib:"*) return 0 ;;
  esac
  # All of it is read before it is searched: `grep -q` at the end of a pipe leaves at the first
  # match, and under `pipefail` a writer cut off there would count as "not found".
  cache=$(/sbin/ldconfig -p)
  [[ $cache == *"=> $1/lib/libtorch_cpu.so"* ]]
}

# Whether a build will find a fitting libtorch, LIBTORCH's where that is set. Sets `libtorch_home`.
libtorch_is_ready() {
  libtorch_home=$(registered_libtorch)
  [ -n "$libtorch_home" ] || return 1
  if [ -n "${LIBTORCH:-}" ] && ! [ "$libtorch_home" -ef "$LIBTORCH" ]; then
    return 1
  fi
  [ -f "$libtorch_home/lib/libtorch_cpu.so" ] && loader_knows "$libtorch_home" || return 1
  case $(libtorch_version_at "$libtorch_home") in
    "$libtorch_series" | "$libtorch_series".*) ;;
    *) return 1 ;;
  esac
}

# Ends unless LIBTORCH is a whole libtorch of the right version.
check_own_libtorch() {
  local found part
  for part in lib/libtorch_cpu.so lib/libc10.so include/ATen/ATen.h; do
    [ -f "$LIBTORCH/$part" ] || fail "LIBTORCH is $LIBTORCH, which has no $part; name the folder\
 that holds libtorch's lib and include" 2
  done
  found=$(libtorch_version_at "$LIBTORCH")
  case $found in
    "$libtorch_series" | "$libtorch_series".*) ;;
    *) fail "LIBTORCH is libtorch ${found:-of unknown version} ($LIBTORCH); swift-rlhf needs\
 $libtorch_series. Name another, or unset LIBTORCH to have one fetched" 2 ;;
  esac
}

install_libtorch() {
  if [ -n "${LIBTORCH:-}" ]; then
    check_own_libtorch
    libtorch_home=$(cd "$LIBTORCH" && pwd)
    say "using your libtorch $(libtorch_version_at "$libtorch_home") in $libtorch_home"
  else
    libtorch_home=$home/libtorch-$libtorch_version
    [ "$(libtorch_version_at "$libtorch_home")" = "$libtorch_version" ] || fetch_libtorch
  fi
  register_libtorch
}

# Writes standard input to a file: there at once and whole, or not at all.
write_file() {
  privileged mkdir -p "$(dirname "$1")"
  privileged tee "$1.partial" >/dev/null
  privileged mv -f "$1.partial" "$1"
}

# Tells pkg-config and the dynamic loader where libtorch is.
register_libtorch() {
  local libraries=-ltorch_cpu
  # libtorch.so brings in the CUDA libraries where there are any.
  [ ! -f "$libtorch_home/lib/libtorch.so" ] || libraries="-ltorch $libraries"
  write_file "$pkgconfig/libtorch.pc" <<END
prefix=$libtorch_home
libdir=\${prefix}/lib
includedir=\${prefix}/include

Name: libtorch
Description: Tensors and automatic differentiation
Version: $(libtorch_version_at "$libtorch_home")
Cflags: -I\${includedir} -I\${includedir}/torch/csrc/api/include
Libs: -L\${libdir} $libraries -lc10
END
  if [ "$how" = system ]; then
    # Last in order (zz): its libgomp must not stand before the system's.
    echo "$libtorch_home/lib" | write_file /etc/ld.so.conf.d/zz-swift-rlhf-libtorch.conf
    privileged /sbin/ldconfig
  else
    write_environment
    load_environment
  fi
}

# Sets `pip`, the command to run pip with; installs it when there is none.
find_pip() {
  local wheel
  if ! command -v python3 >/dev/null; then
    install_packages "python3 python3-pip-whl"
  fi
  pip=(python3 -m pip)
  "${pip[@]}" --version >/dev/null 2>&1 && return
  for wheel in {,"$debian_root"}/usr/share/python-wheels/pip-*.whl; do
    if [ -f "$wheel" ]; then
      pip=(env PYTHONPATH="$wheel" python3 -m pip)
      return
    fi
  done
  install_packages python3-pip-whl
  find_pip
}

# Downloads wheels into the folder `downloads`: download_wheels REQUIREMENT… [PIP OPTIONS].
download_wheels() {
  local platforms=() minor show=--quiet
  for minor in {17..36}; do
    platforms+=(--platform "manylinux_2_${minor}_$architecture")
  done
  [ ! -t 1 ] || show=--progress-bar=on
  "${pip[@]}" download "$show" --disable-pip-version-check --no-input --no-cache-dir --retries 2 \
    --no-deps --only-binary=:all: --implementation cp --python-version "$wheel_python" \
    --abi "cp${wheel_python/./}" --abi none "${platforms[@]}" \
    --platform "manylinux2014_$architecture" --dest "$downloads" "$@"
}

# Fetches torch's wheel and unpacks its libraries and headers into `libtorch_home`.
fetch_libtorch() {
  local downloads log index partial wheel
  local temporaries=${TMPDIR:-/var/tmp}
  index=${RLHF_TORCH_INDEX:-https://download.pytorch.org/whl/cpu}
  need_space "$temporaries" 800 "the download of libtorch" TMPDIR
  need_space "$home" 800 "libtorch" "RLHF_PREFIX"
  find_pip
  downloads=$(mktemp -d "$temporaries/swift-rlhf-XXXXXX")
  forget_later "$downloads"
  log=$downloads/log

  say "downloading torch $libtorch_version+cpu (190 MB)"
  if ! download_wheels "torch==$libtorch_version+cpu" 2>"$log" &&
    ! download_wheels "torch==$libtorch_version+cpu" --index-url "$index" 2>>"$log"; then
    say "no CPU wheel to be had; downloading torch $libtorch_version as PyPI has it (530 MB)"
    download_wheels "torch==$libtorch_version" 2>>"$log" || {
      grep -i error "$log" | tail -n 3 >&2
      fail "pip could not download torch $libtorch_version; its words are above. Without network,\
 name a libtorch $libtorch_series of your own: LIBTORCH=/path/to/libtorch Scripts/setup"
    }
    # A wheel with CUDA: its CPU library loads only beside these two.
    if python3 "$scripts/lib/unpack_wheels.py" --has libtorch_cuda.so "$downloads"/*.whl; then
      download_wheels 'nvidia-cuda-runtime==13.0.*' 'nvidia-cuda-cupti==13.0.*' 2>>"$log" || {
        grep -i error "$log" | tail -n 3 >&2
        fail "pip could not download the CUDA run time that torch's wheel loads; see above"
      }
    fi
  fi

  say "unpacking libtorch into $libtorch_home"
  privileged mkdir -p "$home"
  # What an interrupted set-up may have left behind.
  privileged find "$home" -maxdepth 1 -name '.libtorch-*' -mmin +120 -exec rm -rf {} +
  partial=$(privileged mktemp -d "$home/.libtorch-XXXXXX")
  forget_later "$partial"
  wheel=("$downloads"/*.whl)
  privileged python3 "$scripts/lib/unpack_wheels.py" --into "$partial" "${wheel[@]}" ||
    fail "the downloaded wheel could not be unpacked into $home; run Scripts/setup again"
  privileged chmod 755 "$partial"
  privileged rm -rf "$libtorch_home"
  privileged mv -T "$partial" "$libtorch_home"
  rm -rf "$downloads"
}
