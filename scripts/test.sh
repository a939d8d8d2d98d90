#!/usr/bin/env bash
# Runs every test: sets up what is missing, goes on after a failure, and ends with a line
# "N passed, N failed" and the exit status that goes with it.
#
#   scripts/test.sh                  all, with Linux 6.1 in QEMU
#   scripts/test.sh --all-kernels    all, with Linux 5.10, 6.1, 6.12 and the newest in QEMU
#   scripts/test.sh FILTER...        only test files whose path contains one of these, e.g. config
#                                    tests/e2e vm; format, lint, types and edges are left out
#
# With CI=true what cannot run is a failure; elsewhere it is left out, and the end says so.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

filters=()
export VM_RELEASES=${VM_RELEASES:-bookworm}
for argument in "$@"; do
  case $argument in
    --all-kernels) VM_RELEASES="bullseye bookworm trixie trixie-backports" ;;
    -h | --help)
      sed -n '2,/^set /p' "$0" | sed '$d; s/^# \{0,1\}//'
      exit
      ;;
    -*)
      echo "test: unknown flag \"$argument\"; known: --all-kernels, --help" >&2
      exit 2
      ;;
    *) filters+=("$argument") ;;
  esac
done

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0
failed=0
failures=()
left_out=()
export NO_COLOR=1

# step TITLE COMMAND...: runs it under a heading; a failure counts as one.
step() {
  local title=$1 start=$SECONDS
  shift
  printf '\n=== %s\n' "$title"
  if "$@"; then
    echo "--- $title: good, $((SECONDS - start)) s"
  else
    failed=$((failed + 1))
    failures+=("$title")
    echo "--- $title: FAILED, $((SECONDS - start)) s"
  fi
}

# test_step TITLE COMMAND...: as step, but counts what each "ok | 3 passed | 0 failed" of the
# command's output says. A failure without one (a type error, a crash) counts as one.
test_step() {
  local title=$1 start=$SECONDS status=0 word output=$scratch/output bad=0
  shift
  printf '\n=== %s\n' "$title"
  "$@" 2>&1 | tee "$output" || status=1
  while read -r good bad_here; do
    passed=$((passed + good))
    bad=$((bad + bad_here))
  done < <(sed -nE 's/^(ok|FAILED) \| ([0-9]+) passed.* \| ([0-9]+) failed.*/\2 \3/p' "$output")
  if [ "$status" != 0 ] && [ "$bad" = 0 ]; then bad=1; fi
  failed=$((failed + bad))
  word=good
  if [ "$bad" != 0 ]; then
    word=FAILED
    failures+=("$title ($bad)")
  fi
  echo "--- $title: $word, $((SECONDS - start)) s"
}

# leave_out TITLE REASON: what cannot run here.
leave_out() {
  printf '\n=== %s\n!!! LEFT OUT: %s\n' "$1" "$2"
  left_out+=("$1: $2")
  if [ "${CI:-}" = true ]; then
    failed=$((failed + 1))
    failures+=("$1 cannot run")
  fi
}

# select_files FOLDER...: fills the array `files` with its tests that the filters let through.
select_files() {
  local file filter
  files=()
  while read -r file; do
    if [ ${#filters[@]} = 0 ]; then
      files+=("$file")
      continue
    fi
    for filter in "${filters[@]}"; do
      if [[ $file == *"${filter#./}"* ]]; then
        files+=("$file")
        break
      fi
    done
  done < <(find "$@" -name '*_test.ts' 2>/dev/null | sort)
  [ ${#files[@]} -gt 0 ]
}

finish() {
  printf '\n'
  if [ ${#left_out[@]} -gt 0 ]; then printf 'left out: %s\n' "${left_out[@]}"; fi
  if [ ${#failures[@]} -gt 0 ]; then printf 'failed: %s\n' "${failures[@]}"; fi
  echo "all: $SECONDS s"
  echo "$passed passed, $failed failed"
  if [ "$failed" = 0 ] && [ "$passed" = 0 ]; then
    echo "test: no test file has any of these in its path: ${filters[*]}" >&2
    exit 1
  fi
  [ "$failed" = 0 ]
  exit
}

step "set-up" scripts/setup.sh --test
source scripts/env.sh
use_deno || finish
oldest_deno=$EBPF_EXPORTER_CACHE/deno-$DENO_OLDEST_VERSION/deno

if [ ${#filters[@]} = 0 ]; then
  step "format" deno fmt --check --quiet
  step "lint" deno lint --quiet
  step "types (Deno $(deno_version "$DENO"))" deno check --quiet
  if [ -x "$oldest_deno" ]; then
    step "types (Deno $DENO_OLDEST_VERSION)" "$oldest_deno" check --quiet
  else
    leave_out "types (Deno $DENO_OLDEST_VERSION)" "it could not be fetched"
  fi
  step "import edges" deno run -A scripts/check_edges.ts
fi

# Types have been checked above; with a filter the checker runs with the tests.
flags=(-A)
if [ ${#filters[@]} = 0 ]; then flags+=(--no-check); fi

if select_files tests/unit tests/contract; then
  test_step "unit and contract" deno test "${flags[@]}" --parallel "${files[@]}"
fi

# run_with_bpf TITLE COMMAND...: here, or in QEMU where this machine gives no rights for BPF.
can_bpf=no
if deno run -A scripts/can_bpf.ts; then can_bpf=yes; fi
run_with_bpf() {
  local title=$1
  shift
  if [ "$can_bpf" = yes ]; then
    test_step "$title" "$@"
  elif type -P qemu-system-x86_64 >/dev/null; then
    # Without KVM the guest takes 10 to 30 times as long as this machine.
    test_step "$title (in QEMU)" env VM_TIMEOUT_S=5400 scripts/vm/run.sh bookworm "$@"
  else
    leave_out "$title" "no rights for BPF here, and no QEMU"
  fi
}

# They watch the whole kernel, so one file's events are another's: no --parallel.
if select_files tests/kernel; then
  run_with_bpf "kernel" deno test "${flags[@]}" "${files[@]}"
fi

if select_files tests/e2e; then
  run_with_bpf "end to end, deno run" deno test "${flags[@]}" "${files[@]}"
  # The program alone in a folder of its own: nothing beside it can help it. A test runs it as another user.
  chmod 755 "$scratch"
  binary=$scratch/alone/ebpf_exporter
  mkdir "$scratch/alone"
  before=$failed
  step "compile" deno run -A scripts/compile.ts --output "$scratch/compiled"
  if [ "$failed" = "$before" ]; then
    mv "$scratch/compiled" "$binary"
    export EBPF_EXPORTER_BINARY=$binary
    run_with_bpf "end to end, compiled" deno test "${flags[@]}" "${files[@]}"
    unset EBPF_EXPORTER_BINARY
  fi
fi

if select_files tests/vm; then
  if type -P qemu-system-x86_64 >/dev/null; then
    test_step "QEMU: $VM_RELEASES" deno test "${flags[@]}" "${files[@]}"
  else
    leave_out "QEMU: $VM_RELEASES" "qemu-system-x86_64 could not be installed"
  fi
fi

finish
