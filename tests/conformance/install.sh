# Sourced by tests/conformance/run: makes `wstest` of the Autobahn test suite, which wants Python
# 2.7, in the cache. That Python is the machine's where it has one, else Debian 11's, unpacked.

conformance=$cache/conformance

# install_wstest: sets the array `wstest` to the command that runs it.
install_wstest() {
  local stamp=$conformance/ready wanted
  wanted=$(cat "$repo/tests/conformance/requirements.txt" "$repo/tests/conformance/install.sh" | sha256sum)
  mkdir -p "$conformance"
  exec 8>"$conformance/.lock"
  flock 8
  if [[ ! -e $stamp || $(cat "$stamp") != "$wanted" ]]; then
    say "installing the Autobahn test suite"
    rm -rf "$conformance"/{python,site,boot,wheels,tools,ready}
    find_python27
    install_site >"$conformance/install.log" 2>&1 ||
      die "the Autobahn test suite did not install: see $conformance/install.log"
    printf '%s\n' "$wanted" >"$stamp"
  fi
  flock -u 8
  wstest=(env "LD_LIBRARY_PATH=$conformance/python/usr/lib/$(gcc -print-multiarch)"
    "$(cat "$conformance/python27")" -c
    "import site; site.addsitedir('$conformance/site'); from autobahntestsuite.wstest import run; run()")
}

find_python27() {
  local found
  for found in "$(command -v python2.7 || true)" "$HOME"/.pyenv/versions/2.7*/bin/python2.7; do
    # A shim that stands for no version is no Python.
    if [[ -x $found ]] && "$found" -c 'import ssl, zlib' 2>/dev/null; then
      printf '%s\n' "$found" >"$conformance/python27"
      return
    fi
  done
  unpack_python27 >"$conformance/python.log" 2>&1 ||
    die "Python 2.7 could not be unpacked: see $conformance/python.log"
  printf '%s\n' "$conformance/python/usr/bin/python2.7" >"$conformance/python27"
}

# From Debian 11, of the machine's own mirror, with an apt state of its own: the system is untouched.
unpack_python27() (
  set -e
  mkdir -p "$conformance/python"
  cd "$conformance/python"
  mkdir -p apt/lists/partial apt/cache/archives/partial apt/sources.d debs
  from=$(mirror)
  printf 'deb [signed-by=%s] %s bullseye main\n' \
    /usr/share/keyrings/debian-archive-keyring.gpg "$from" >apt/sources.d/bullseye.list
  apt=(apt-get -o "Dir::State::lists=$PWD/apt/lists" -o "Dir::Cache=$PWD/apt/cache"
    -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$PWD/apt/sources.d"
    -o APT::Sandbox::User=root)
  "${apt[@]}" update
  (cd debs && "${apt[@]}" download python2.7-minimal libpython2.7-minimal libpython2.7-stdlib \
    libpython2.7-dev libpython2.7 libssl1.1 libffi7)
  for deb in debs/*.deb; do dpkg-deb -x "$deb" .; done
)

# pip and setuptools for 2.7 are fetched by today's pip, the rest by that old pip.
install_site() (
  set -e
  cd "$conformance"
  local include=$PWD/python/usr/include
  export LD_LIBRARY_PATH=$PWD/python/usr/lib/$(gcc -print-multiarch)
  export CPATH=$include:$include/python2.7 PYTHONPATH=$PWD/boot PIP_DISABLE_PIP_VERSION_CHECK=1
  python3 -m venv tools
  PYTHONPATH='' tools/bin/pip download --no-deps -d wheels pip==20.3.4 setuptools==44.0.0 wheel==0.37.1
  PYTHONPATH='' tools/bin/pip install --no-deps --no-compile --target boot wheels/*.whl
  "$(cat python27)" -m pip install --no-deps --target site -r "$repo/tests/conformance/requirements.txt"
)
