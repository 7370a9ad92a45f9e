# Sourced by the scripts in hack/: where the toolchain is, and how a script moves into it.
#
# Holdfast is built and tested with Debian 13's packages. On Debian 13 these are the machine's own,
# and Ubuntu 24.04's are taken for as good, although nobody has tried; elsewhere they live in a
# Debian 13 root in the user's cache, entered in a mount namespace of its own: nothing is
# mounted or installed outside that namespace and root.

set -euo pipefail

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${HOLDFAST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/holdfast}
root=$cache/debian13
export REPO=$repo CACHE=$cache HOLDFAST_CACHE=$cache CCACHE_DIR=$cache/ccache
# What is fetched while working in the toolchain stays out of the user's own caches.
export GOCACHE=$cache/go-build GOMODCACHE=$cache/go-mod PIP_CACHE_DIR=$cache/pip
export npm_config_cache=$cache/npm

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

# as_root CMD…: runs a command as root, through sudo where that is needed. sudo clears the
# environment: what the command is to know goes through `env`.
as_root() {
  if ((EUID == 0)); then "$@"; return; fi
  command -v sudo >/dev/null || die "this step needs root and there is no sudo: $*"
  sudo "$@"
}

# The Debian package mirror that this machine uses, whatever suite it takes from it.
mirror() {
  local found
  found=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | sed 's/#.*//' |
    grep -oE 'https?://[^ ]+/debian/?( |$)' | head -n 1 | tr -d ' ' || true)
  [[ -n ${HOLDFAST_MIRROR:-$found} ]] ||
    die "no Debian mirror in /etc/apt: set HOLDFAST_MIRROR to the address of one"
  printf '%s\n' "${HOLDFAST_MIRROR:-$found}"
}

# in_toolchain CMD…: runs a command as root where the toolchain is, in the present folder: what
# installs packages there.
in_toolchain() {
  if is_native; then "$@"; return; fi
  local enter
  find_way_in 0:0 "$@"
  as_root "${enter[@]}"
}

# become_in_toolchain CMD…: the last thing that a script does: runs a command with the toolchain, in
# the present folder, as the user. Whoever ends the script by a signal ends the command.
become_in_toolchain() {
  if is_native; then exec "$@"; fi
  local enter
  find_way_in "$(id -u):$(id -g)" "$@"
  if ((EUID == 0)); then exec "${enter[@]}"; fi
  command -v sudo >/dev/null || die "entering the toolchain needs root and there is no sudo"
  exec sudo "${enter[@]}"
}

# become_root_in_toolchain CMD…: the same as root.
become_root_in_toolchain() {
  if ((EUID == 0)); then become_in_toolchain "$@"; fi
  if is_native; then exec sudo --preserve-env "$@"; fi
  local enter
  find_way_in 0:0 "$@"
  exec sudo "${enter[@]}"
}

# find_way_in UID:GID CMD…: sets the caller's `enter` to what runs a command in the root. What the
# root sees of this machine is mounted for that command alone.
find_way_in() {
  [[ -e $root/.ready ]] || die "the toolchain is missing: run hack/bootstrap"
  local owner=$1
  shift
  # The environment goes along as text: sudo would clear it.
  enter=(unshare --mount --propagation private
    bash -c "$enter_root" holdfast "$(export -p)" "$root" "$PWD" "$(id -un)" "$owner" "$@")
}

# shellcheck disable=SC2016
enter_root='
  set -e
  eval "$1"
  root=$2 dir=$3 name=$4 owner=$5; shift 5
  # A mount point, as pivot_root wants it.
  mount --bind "$root" "$root"
  for d in /dev /sys; do mount --rbind "$d" "$root$d"; done
  mount -t proc proc "$root/proc"
  for d in "$REPO" "$CACHE" "$HOME" /tmp ${HOLDFAST_KUBE_PREBUILT:+"$HOLDFAST_KUBE_PREBUILT"}; do
    case $d in "$root"*) continue;; esac
    mkdir -p "$root$d"; mount --bind "$d" "$root$d"
  done
  # Programs ask who they are: a number without a name is an error to some.
  grep -q "^[^:]*:[^:]*:${owner%:*}:" "$root/etc/passwd" ||
    echo "$name:x:$owner::$HOME:/bin/bash" >>"$root/etc/passwd"
  export HOLDFAST_TOOLCHAIN=debian13
  export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  unset LD_LIBRARY_PATH PYENV_VERSION GOROOT
  # Who joins a mount namespace comes out at its root: after chroot alone that is the root of the
  # machine, also in the namespaces of containers, and with it `kubectl exec`.
  cd "$root"
  pivot_root . .
  umount --lazy .
  exec chroot --userspec="$owner" / bash -c "cd \"\$0\" && exec \"\$@\"" "$dir" "$@"'

# usage_if_asked "$0" "$@": answers --help with the comment at the head of the script, and ends it.
usage_if_asked() {
  local script=$1
  shift
  [[ " $* " == *" --help "* || " $* " == *" -h "* ]] || return 0
  sed -n '2,/^[^#]/ {s/^# \{0,1\}//p}' "$script" | grep -v '^shellcheck'
  exit 0
}

# enter_toolchain [--root] GROUP… -- "$0" "$@": makes the toolchain ready and runs the script again
# within it, as the user or as root.
enter_toolchain() {
  local groups=() become=become_in_toolchain
  if [[ $1 == --root ]]; then
    become=become_root_in_toolchain
    shift
  fi
  while [[ $1 != -- ]]; do groups+=("$1"); shift; done
  shift
  [[ -n ${HOLDFAST_ENTERED:-} ]] && return 0
  "$repo/hack/bootstrap" "${groups[@]}"
  export HOLDFAST_ENTERED=1
  local script
  script=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
  shift
  "$become" bash "$script" "$@"
}
