# Sourced by the scripts in hack/: where the toolchain is, and how a script moves into it.
#
# Holdfast is built and tested with Debian 13's packages. On Debian 13 and Ubuntu 24.04 these are
# the machine's own; elsewhere they live in a Debian 13 root in the user's cache, entered by chroot
# in a mount namespace of its own: nothing is mounted or installed outside that namespace and root.

set -euo pipefail

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${HOLDFAST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/holdfast}
root=$cache/debian13
export REPO=$repo CACHE=$cache HOLDFAST_CACHE=$cache CCACHE_DIR=$cache/ccache

say() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }
die() { printf 'holdfast: %s\n' "$*" >&2; exit 1; }

# True where the machine's own packages are the toolchain, and inside the root.
is_native() {
  [[ -n ${HOLDFAST_TOOLCHAIN:-} ]] && return 0
  local ID='' VERSION_ID=''
  # shellcheck disable=SC1091
  . /etc/os-release
  [[ $ID:$VERSION_ID == debian:13 || $ID:$VERSION_ID == ubuntu:24.04 ]]
}

# as_root CMD…: runs a command as root, through sudo where that is needed.
as_root() {
  if ((EUID == 0)); then "$@"; return; fi
  command -v sudo >/dev/null || die "this step needs root and there is no sudo: $*"
  sudo "$@"
}

# in_toolchain CMD…: runs a command with the toolchain, in the present folder.
in_toolchain() {
  if is_native; then "$@"; return; fi
  [[ -e $root/.ready ]] || die "the toolchain is missing: run hack/bootstrap"
  # shellcheck disable=SC2016
  as_root unshare --mount --propagation private bash -c '
    set -e
    root=$1 dir=$2; shift 2
    for d in /dev /sys; do mount --rbind "$d" "$root$d"; done
    mount -t proc proc "$root/proc"
    for d in "$REPO" "$CACHE" "$HOME" /tmp; do
      case $d in "$root"*) continue;; esac
      mkdir -p "$root$d"; mount --bind "$d" "$root$d"
    done
    export HOLDFAST_TOOLCHAIN=debian13
    export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    unset LD_LIBRARY_PATH PYENV_VERSION GOROOT
    exec chroot "$root" bash -c "cd \"\$0\" && exec \"\$@\"" "$dir" "$@"
  ' holdfast "$root" "$PWD" "$@"
}

# enter_toolchain GROUP… -- "$0" "$@": makes the toolchain ready and runs the script again within it.
enter_toolchain() {
  local groups=()
  while [[ $1 != -- ]]; do groups+=("$1"); shift; done
  shift
  [[ -n ${HOLDFAST_ENTERED:-} ]] && return 0
  "$repo/hack/bootstrap" "${groups[@]}"
  export HOLDFAST_ENTERED=1
  local script
  script=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
  shift
  in_toolchain bash "$script" "$@"
  exit
}
