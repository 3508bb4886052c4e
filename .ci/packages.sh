# Sourced by the scripts that set a machine up. The only list of Debian packages: each with what
# proves that it is there, because a tool may also come from elsewhere.
#   package = command, or header below /usr/include

build_packages=(
  g++=g++
  cmake=cmake
  ninja-build=ninja
  libwebsocketpp-dev=websocketpp/processors/hybi13.hpp
  libasio-dev=asio.hpp
  rapidjson-dev=rapidjson/reader.h
  zlib1g-dev=zlib.h
)
example_packages=(
  libcli11-dev=CLI/CLI.hpp
  libspdlog-dev=spdlog/spdlog.h
)
chart_packages=(
  nodejs=node
  npm=npm
)
test_packages=(
  libgtest-dev=gtest/gtest.h
  libgmock-dev=gmock/gmock.h
  nodejs=node
  npm=npm
  chromium=chromium
  firefox-esr=firefox-esr
  clang-format=clang-format
)
benchmark_packages=(
  libboost-dev=boost/beast.hpp
  libwebsockets-dev=libwebsockets.h
  libbenchmark-dev=benchmark/benchmark.h
)
tidy_packages=(
  clang=clang++
  clang-tidy=clang-tidy
)
long_packages=(
  clang=clang++
  libc++-14-dev=../lib/llvm-14/include/c++/v1/wchar.h
  libc++abi-14-dev=../lib/llvm-14/include/c++/v1/cxxabi.h
  g++-aarch64-linux-gnu=aarch64-linux-gnu-g++
)

# Prints those packages of the arguments that are missing.
missing_packages() {
  local entry proof
  for entry in "$@"; do
    proof=${entry#*=}
    case $proof in
      *.h | *.hpp) [[ -e /usr/include/$proof || -e /usr/local/include/$proof ]] && continue ;;
      *) command -v "$proof" >/dev/null && continue ;;
    esac
    printf '%s\n' "${entry%%=*}"
  done
}

# Runs the arguments as root; sudo may ask for a password only where a person can type one.
as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  elif [[ -t 0 && -z ${CI:-} ]]; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}

can_install() {
  command -v apt-get >/dev/null || return 1
  [[ $(id -u) == 0 ]] && return
  command -v sudo >/dev/null && { [[ -t 0 && -z ${CI:-} ]] || sudo -n true 2>/dev/null; }
}

# Installs what is missing of the arguments, or says what to install and ends the script.
require_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [[ ${#missing[@]} == 0 ]] && return
  if ! can_install; then
    echo "Missing: ${missing[*]}. Install them and start again:" >&2
    echo "  sudo apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  echo "Installing ${missing[*]}"
  as_root apt-get update -qq </dev/null ||
    echo "apt-get update failed; trying with the lists that are there" >&2
  if ! as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null; then
    echo "apt-get could not install ${missing[*]}; see its messages above" >&2
    exit 1
  fi
}

# The tests' programs for node need this version; a distribution may have an older one.
require_node() {
  local version
  version=$(node --version)
  version=${version#v}
  [[ ${version%%.*} -ge 18 ]] && return
  echo "node is $version here, and 18 or newer is needed: install a newer nodejs" >&2
  exit 1
}

# npm writes this file last, so a missing or older one means an unfinished or outdated install.
install_node_modules() {
  local folder=$1
  [[ -e $folder/package-lock.json ]] || return 0
  [[ $folder/node_modules/.package-lock.json -nt $folder/package-lock.json ]] && return 0
  echo "npm ci in $folder"
  (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null)
}
