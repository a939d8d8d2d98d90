/** The examples on system calls and timers count what is made to happen. */

import assert from "node:assert/strict";
import { type Exporters, watch } from "../exporters.ts";
import { callGetppid } from "../getppid.ts";
import { listKernelFunctions } from "../kernel_functions.ts";
import type { GuestCase } from "../guest_case.ts";
import { labelSets } from "../series.ts";

const CALLS = 4321;
/** `__NR_getppid` of the guests' architecture. */
const GETPPID = "110";

export function otherExampleCases(exporters: Exporters): GuestCase[] {
  return [
    {
      name: "examples/syscalls.yaml counts n calls as n",
      async run() {
        const [growth] = await watch([await exporters.examples()], () => callGetppid(CALLS));
        const command = Deno.readTextFileSync("/proc/thread-self/comm").trim();
        const labels = { command, number: GETPPID };
        assert.equal(growth.of("ebpf_exporter_syscalls_total", labels), CALLS);
      },
    },
    ...["", "alternative_1_", "alternative_2_"].map((prefix) => ({
      name: `examples/timers.yaml names functions of this kernel (${prefix || "as it is"})`,
      async run() {
        const exporter = await (prefix === "" ? exporters.examples() : exporters.alternatives());
        const name = `ebpf_exporter_${prefix}timer_starts_total`;
        // An answer over TCP starts the timer of its retransmission.
        const [growth] = await watch([exporter], async () => void await exporter.get("/"));
        assert.ok(growth.of(name, { function: "tcp_write_timer" }) > 0);
        const functions = listKernelFunctions();
        for (const { labels } of labelSets(growth.after, name)) {
          assert.ok(functions.has(labels.function), labels.function);
        }
      },
    })),
  ];
}
