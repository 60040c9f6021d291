# Packages of one Debian release, taken by an apt of this project's own: the machine's mirrors and keys, another release, no state that
# is shared with the machine. Sourced after lib.sh, never run.
# shellcheck shell=sh

suite=trixie

# Prepares the apt in the folder $1, which goes when its caller removes it; reads the package lists.
open_debian() {
  debian=$1
  for command in apt-get dpkg-deb; do
    command -v "$command" >/dev/null || return 1
  done
  mkdir -p "$debian/lists/partial" "$debian/archives/partial" "$debian/sources.d"
  . /etc/os-release
  [ -n "${VERSION_CODENAME:-}" ] || return 1
  keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  option=''
  [ ! -r "$keyring" ] || option="[signed-by=$keyring]"
  # shellcheck disable=SC2016 # the variables are apt's
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Component: main' |
    sed -n "/ $VERSION_CODENAME\(-[a-z]*\)\{0,1\} main\$/{s/ $VERSION_CODENAME/ $suite/;s|^|deb $option |;p;}" |
    sort -u >"$debian/sources.list"
  [ -s "$debian/sources.list" ] || return 1
  : >"$debian/status"
  quietly private_apt update || die "could not read Debian's $suite package lists"
}

private_apt() {
  apt_get -o Dir::State="$debian" -o Dir::State::status="$debian/status" -o Dir::State::lists="$debian/lists" \
    -o Dir::Cache="$debian" -o Dir::Etc::sourcelist="$debian/sources.list" -o Dir::Etc::sourceparts="$debian/sources.d" \
    -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts="$debian/sources.d" \
    -o APT::Get::List-Cleanup=0 -o APT::Sandbox::User=root "$@"
}

# Fetches the packages $2... into the folder $1, without what they depend on.
download_debian() {
  packages=$1
  shift
  mkdir -p "$packages"
  (cd "$packages" && quietly private_apt download "$@") || die "could not fetch $*"
}
