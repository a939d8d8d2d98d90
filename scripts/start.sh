#!/usr/bin/env bash
# Sets up what is missing and starts the exporter: scripts/start.sh [flags], as `deno task start`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ "$(id -u)" != 0 ]; then
  echo "start: loading eBPF programs needs root; if the exporter is refused below, run:" >&2
  echo "  sudo scripts/start.sh${*:+ $*}" >&2
fi
scripts/setup.sh
source scripts/env.sh
use_deno
# What `deno task start` runs, in this script's place: signals reach the exporter itself. A Deno that compiles sources
# as it starts keeps 10 MB for good (setup.sh has done that), and V8's code cache another 2 to 3 MB.
exec deno run -A --no-code-cache main.ts "$@"
