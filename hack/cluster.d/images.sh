# Sourced: the images that a cluster starts with, made by buildah in the cache. Nothing is pulled: the
# base is made of Debian's packages, under the name that Dockerfiles ask for.

images=$cache/cluster/images
debian=docker.io/library/debian:trixie
pause=localhost/pause:1

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
  echo 'int pause(void); int main(void) { for (;;) pause(); }' | gcc -static -O2 -s -x c -o "$folder/pause" -
  container=$(in_storage from scratch)
  in_storage copy --quiet "$container" "$folder/pause" /pause >/dev/null
  in_storage config --entrypoint '["/pause"]' "$container"
  in_storage commit --quiet --rm "$container" "$pause" >/dev/null
  rm -rf "$folder"
}

# build_image NAME CONTEXT [DOCKERFILE]: its steps are kept, so that a build without a change is fast.
build_image() {
  make_debian
  # By itself buildah asks for more files and processes than it may have.
  in_storage build --isolation chroot --layers --pull=never --tag "$1" \
    --ulimit "nofile=$(ulimit -Hn)" --ulimit "nproc=$(ulimit -Hu)" ${3:+--file "$3"} "$2" >"$cache/cluster/build.log" 2>&1 ||
    die "the image does not build: see $cache/cluster/build.log"
}

# archive_of NAME: prints the file that holds the image as it is now.
archive_of() {
  local id file
  id=$(in_storage images --quiet --no-trunc "$1")
  file=$images/${1//[:\/]/_}-${id: -12}.tar
  if [[ ! -e $file ]]; then
    mkdir -p "$images"
    rm -f "$images/${1//[:\/]/_}"-*.tar
    in_storage push --quiet "$1" "docker-archive:$file.new:$1" >/dev/null
    mv "$file.new" "$file"
  fi
  printf '%s\n' "$file"
}
