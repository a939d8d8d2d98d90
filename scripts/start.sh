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
# What `deno task start` runs, in this script's place: signals reach the exporter itself.
exec deno run -A main.ts "$@"
