# Sourced: the images that a cluster starts with, made by buildah in the cache. Nothing is pulled:
# the base is made of Debian's packages, under the name that Dockerfiles ask for.

images=$cache/cluster/images
debian=docker.io/library/debian:trixie
pause=localhost/pause:1

# From here to unlock_images what is built has its name, whoever else builds with this cache.
lock_images() {
  mkdir -p "$images"
  exec 7>"$cache/cluster/.lock"
  flock 7
}

# Before a cluster starts, whose processes would hold the lock.
unlock_images() { exec 7>&-; }

in_storage() {
  local command=$1
  shift
  buildah --root "$cache/cluster/storage" --runroot /run/holdfast-buildah "$command" "$@"
}

has_image() { [[ -n $(in_storage images --quiet "$1" 2>/dev/null) ]]; }

make_debian() {
  if has_image "$debian"; then return; fi
  local tree=$cache/cluster/debian container
  say "making the image $debian"
  rm -rf "$tree"
  debootstrap --variant=minbase --include=ca-certificates trixie "$tree" "$(mirror)" \
    >"$cache/cluster/debian.log" 2>&1 || die "debootstrap failed: see $cache/cluster/debian.log"
  # The machine's proxies and certificates hold in builds too.
  cp -L /etc/ssl/certs/ca-certificates.crt "$tree/etc/ssl/certs/"
  apt-config dump Acquire >"$tree/etc/apt/apt.conf.d/10host"
  rm -rf "$tree"/var/cache/apt/archives/*.deb
  container=$(in_storage from scratch)
  in_storage add --quiet "$container" "$tree" / >/dev/null
  in_storage config --cmd bash "$container"
  in_storage commit --quiet --rm "$container" "$debian" >/dev/null
  rm -rf "$tree"
}

make_pause() {
  if has_image "$pause"; then return; fi
  local folder container
  folder=$(mktemp -d)
  gcc -static -O2 -s -x c -o "$folder/pause" - \
    <<<'int pause(void); int main(void) { for (;;) pause(); }'
  container=$(in_storage from scratch)
  in_storage copy --quiet "$container" "$folder/pause" /pause >/dev/null
  in_storage config --entrypoint '["/pause"]' "$container"
  in_storage commit --quiet --rm "$container" "$pause" >/dev/null
  rm -rf "$folder"
}

# hard_limit OPTION: ulimit's, in buildah's words.
hard_limit() {
  local limit
  limit=$(ulimit -H "$1")
  printf '%s\n' "${limit/unlimited/-1}"
}

# build_image NAME CONTEXT: its steps are kept, so that a build without a change is fast.
build_image() {
  local log=$cache/cluster/build.log
  make_debian
  # By itself buildah asks for more files and processes than it may have.
  in_storage build --isolation chroot --layers --pull=never --tag "$1" \
    --ulimit "nofile=$(hard_limit -n)" --ulimit "nproc=$(hard_limit -u)" "$2" >"$log" 2>&1 ||
    die "the image does not build: see $log"
}

# archive_of NAME: prints the file that holds the image as it is now. It is there for a day.
archive_of() {
  local id file
  # In $(…) nothing ends at a command that fails.
  id=$(in_storage images --quiet --no-trunc "$1") && [[ -n $id ]] || die "there is no image $1"
  file=$images/${1//[:\/]/_}-${id: -12}.tar
  if [[ ! -e $file ]]; then
    rm -f "$file.new"
    in_storage push --quiet "$1" "docker-archive:$file.new:$1" >/dev/null &&
      mv "$file.new" "$file" || die "the image $1 cannot be written to $file"
  fi
  # Others may still read what was asked for a short time ago.
  touch "$file"
  find "$images" -type f -mmin +1440 -delete
  printf '%s\n' "$file"
}
