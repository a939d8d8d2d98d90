/** Programs that show how kprobes attach or do not; what they count, a case makes happen. */

import { listKernelFunctions, readBlacklist } from "./kernel_functions.ts";

/** A program with one counter `probes_NAME_total` over the table `calls`, whose key is one number. */
function countingProgram(name: string, probes: object, code: string): object {
  return {
    name: `probes_${name}`,
    metrics: {
      counters: [{
        name: `probes_${name}_total`,
        help: "What the probes counted",
        table: "calls",
        labels: [{ name: "value", decoders: [{ name: "uint" }] }],
      }],
    },
    ...probes,
    // Only what the test's own process does counts.
    code: `
BPF_HASH(calls, u64);
static inline int is_test(void) { return bpf_get_current_pid_tgid() >> 32 == ${Deno.pid}; }
${code}`,
  };
}

const COUNT = "int count(void *ctx) { if (is_test()) calls.increment(1); return 0; }";

/** The first function that must not be probed: the kernel refuses it though it is there. */
export function findBlacklisted(): string {
  const functions = listKernelFunctions();
  const found = readBlacklist().find((name) => functions.get(name) === 1);
  if (found === undefined) throw new Error("no function of the blacklist is in kallsyms");
  return found;
}

/** Programs of which the first two run, and the last two have nothing to attach to. */
export function probePrograms(): object[] {
  return [
    countingProgram(
      "names",
      // The same function by the name that it had until 4.16, and by the one since.
      { kprobes: { sys_getppid: "count", __x64_sys_getppid: "count" } },
      COUNT,
    ),
    countingProgram(
      "return",
      { kretprobes: { __x64_sys_getppid: "on_return" } },
      `
#include <uapi/linux/ptrace.h>
int on_return(struct pt_regs *ctx) {
    if (is_test()) { u64 result = PT_REGS_RC(ctx); calls.increment(result); }
    return 0;
}`,
    ),
    countingProgram("missing", { kprobes: { blk_account_io_completion: "count" } }, COUNT),
    countingProgram("blacklisted", { kprobes: { [findBlacklisted()]: "count" } }, COUNT),
  ];
}
