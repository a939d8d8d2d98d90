# Sourced by the other scripts: pinned versions, where tools are kept, which Deno runs; installs nothing.

EBPF_EXPORTER_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# What the project is run and tested with. A Deno on PATH that is not older than the oldest will do.
DENO_VERSION=2.9.6
DENO_OLDEST_VERSION=2.6.10
# Carries the `denort` of the oldest version, for builds where Deno's own host cannot be reached.
DENORT_CARRIER=bids-validator-deno==2.4.1

# Tools and kernels of the tests; in the checkout where there is no home folder to write to.
if [ -z "${EBPF_EXPORTER_CACHE:-}" ]; then
  EBPF_EXPORTER_CACHE=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/ebpf_exporter
  if ! mkdir -p "$EBPF_EXPORTER_CACHE" 2>/dev/null || [ ! -w "$EBPF_EXPORTER_CACHE" ]; then
    EBPF_EXPORTER_CACHE=$EBPF_EXPORTER_ROOT/.cache
    mkdir -p "$EBPF_EXPORTER_CACHE"
  fi
fi
export EBPF_EXPORTER_CACHE

# Trusts the machine's certificates beside Deno's own: a private CA may stand before the registry.
export DENO_TLS_CA_STORE=${DENO_TLS_CA_STORE:-mozilla,system}
export DENO_NO_UPDATE_CHECK=1

# deno_version FILE: prints "2.9.6", or nothing if FILE is no Deno that runs here.
deno_version() {
  "$1" --version 2>/dev/null | sed -n 's/^deno \([0-9.]*\).*/\1/p'
}

# is_at_least VERSION MINIMUM
is_at_least() {
  [ -n "$1" ] && [ "$(printf '%s\n' "$1" "$2" | sort -V | head -1)" = "$2" ]
}

# find_deno: prints the Deno to use, the one on PATH before the cached ones; fails if there is none.
find_deno() {
  local candidate
  for candidate in "$(type -P deno || true)" "$EBPF_EXPORTER_CACHE"/deno-{"$DENO_VERSION","$DENO_OLDEST_VERSION"}/deno; do
    if [ -x "$candidate" ] && is_at_least "$(deno_version "$candidate")" "$DENO_OLDEST_VERSION"; then
      echo "$candidate"
      return
    fi
  done
  return 1
}

# use_deno: puts the Deno that find_deno finds first on PATH, under its own name.
use_deno() {
  DENO=$(find_deno) || return 1
  PATH=$(dirname "$DENO"):$PATH
  export DENO PATH
}
