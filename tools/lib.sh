# Shared by the scripts of this repository; sourced, never run. Sets $root and $tools.
# shellcheck shell=sh

root=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")
# Everything that the scripts fetch for this project alone lies here; `rm -rf .tools` forgets it all.
tools=$root/.tools

say() { printf '%s\n' "$*" >&2; }
die() {
  say "error: $*"
  exit 1
}

# Prints `export $1='$2'` for `eval`, whatever characters the value has.
export_line() {
  printf "export %s='%s'\n" "$1" "$(printf '%s' "$2" | sed "s/'/'\\\\''/g")"
}

# Pulls the image $1 and writes what Docker prints to the file $2. A registry that cannot be reached may leave Docker waiting without
# a word, so the first line has to come within $registry_seconds and the last one within 10 minutes.
registry_seconds=${DATAPATH_REGISTRY_SECONDS:-20}
pull_image() {
  : >"$2"
  timeout 600 docker pull "$1" >"$2" 2>&1 </dev/null &
  pull=$!
  waited=0
  while kill -0 "$pull" 2>/dev/null && [ ! -s "$2" ]; do
    if [ "$waited" -ge "$registry_seconds" ]; then
      kill "$pull" 2>/dev/null || true
      wait "$pull" 2>/dev/null || true
      echo "the registry did not answer within $registry_seconds s" >>"$2"
      return 1
    fi
    waited=$((waited + 1))
    sleep 1
  done
  wait "$pull"
}

# Has programs that are started from here read and write names of files, and print, in UTF-8, whatever the locale is.
utf8() {
  [ "$(locale charmap 2>/dev/null)" = UTF-8 ] || export LC_ALL=C.UTF-8
}

# Major version of the JDK at $1, or nothing when that is no JDK. Reads its release file: starting a JVM takes too long.
jdk_version() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

# Options without which newer JDKs warn about what our libraries do, and which older JDKs do not know.
quiet_jvm() {
  printf '%s' --enable-native-access=ALL-UNNAMED
  [ "$(jdk_version "$1")" -lt 24 ] || printf ' %s' --sun-misc-unsafe-memory-access=allow
}

# How the JVM at $1 runs the command $2 of the jar $3: for a quick start and little memory. The heap starts small and grows
# when it must (the JVM would start with a share of the machine's memory); one compiler does. Without memory it ends, because
# a JVM that lost any of its threads would look alive and do nothing.
jvm_options() {
  quiet_jvm "$1"
  printf ' %s' -XX:+UseSerialGC -Xms24m -Xmx512m -XX:TieredStopAtLevel=1 -XX:-UsePerfData \
    -XX:+ExitOnOutOfMemoryError
  cache=$(aot_cache "$@")
  # The JVM checks the cache itself and goes on without it when it does not fit; that is no news for a user.
  [ ! -r "$cache" ] || printf ' %s' "-XX:AOTCache=$cache" '-Xlog:aot*=off' '-Xlog:cds*=off'
}

# Where the classes that the command $2 of the jar $3 needs are kept, loaded and linked, for the JVM at $1 (JDK 25 and
# newer). A JVM takes them only for the very same JDK and jars, so both are part of the name.
aot_cache() {
  key=$({
    cat "$1/release"
    ls -lL --time-style=+%s "$3" "$(dirname -- "$3")/lib"
  } | cksum | tr ' ' -)
  printf '%s/aot/%s-%s.aot' "$tools" "$2" "$key"
}

# Everything $1 prints goes to a log that is shown only when the command fails.
quietly() {
  mkdir -p "$tools"
  if ! "$@" >"$tools/last-install.log" 2>&1; then
    tail -n 30 "$tools/last-install.log" >&2
    return 1
  fi
}

apt_get() {
  DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o Acquire::Retries=3 "$@"
}

# The newest of the given Debian packages that this machine's own sources offer, in the order given.
apt_first() {
  for package in "$@"; do
    if apt-cache policy "$package" 2>/dev/null | grep -q 'Candidate: [0-9]'; then
      printf '%s\n' "$package"
      return
    fi
  done
  return 1
}

# Package lists are fetched once: a bare machine has none, and an old list names files that are gone.
apt_update() {
  [ -z "${apt_updated:-}" ] || return 0
  quietly apt_get update || die "apt-get update failed (see above)"
  apt_updated=yes
}

apt_install() {
  command -v apt-get >/dev/null || die "this machine has no apt-get: please install $* and run this again"
  [ "$(id -u)" = 0 ] || die "$* is missing. Run: sudo apt-get install $*"
  apt_update
  say "Installing $* (apt) ..."
  quietly apt_get install -y --no-install-recommends "$@" || die "could not install $*"
}

# The first source or build file of the modules $2... that is newer than the file $1.
newer_sources() {
  built=$1
  shift
  for module in "$@"; do
    find "$root/pom.xml" "$root/$module/pom.xml" "$root/$module/src/main" "$root/$module/manifests" \
      -newer "$built" -type f 2>/dev/null | head -n 1
  done
}
