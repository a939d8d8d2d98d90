/** Kprobes and kretprobes as a config names them: counted exactly, or told why not. */

import assert from "node:assert/strict";
import { type Exporters, watch } from "../exporters.ts";
import { listKernelFunctions } from "../kernel_functions.ts";
import type { GuestCase } from "../guest_case.ts";
import { findBlacklisted } from "../probe_programs.ts";
import { sumSeries } from "../series.ts";
import { callGetppid } from "../getppid.ts";

const CALLS = 1234;
const ATTACHED = "ebpf_exporter_probe_attached";

export function probeCases(exporters: Exporters): GuestCase[] {
  /** What the log says of a program that failed. */
  const failure = async (program: string) =>
    await (await exporters.alternatives()).waitForLog(
      new RegExp(`msg="program failed" program=${program} `),
    );
  return [
    {
      name: "kprobes and kretprobes count n calls as n, the return value in hand",
      async run() {
        const [growth] = await watch([await exporters.alternatives()], () => callGetppid(CALLS));
        assert.equal(growth.of("ebpf_exporter_probes_names_total"), CALLS);
        const value = { value: String(Deno.ppid) };
        assert.equal(growth.of("ebpf_exporter_probes_return_total", value), CALLS);
        assert.equal(growth.of("ebpf_exporter_probes_return_total"), CALLS);
      },
    },
    {
      name: "of an old and a new name for a function the one that is there is attached",
      async run() {
        const exporter = await exporters.alternatives();
        const metrics = await exporter.get("/metrics");
        const probe = (name: string) => ({ program: "probes_names", probe: name });
        assert.equal(sumSeries(metrics, ATTACHED, probe("sys_getppid")), 0);
        assert.equal(sumSeries(metrics, ATTACHED, probe("__x64_sys_getppid")), 1);
        const line = await exporter.waitForLog(/probe=kprobe:sys_getppid /);
        assert.match(line, /level=warn msg="probe not attached"/);
        assert.match(line, /reason=.*ENOENT.*near names: [^"]*__x64_sys_getppid/);
      },
    },
    {
      name: "a kprobe on a function that is not there is told with ENOENT and near names",
      async run() {
        const line = await failure("probes_missing");
        const [, near] = line.match(/ENOENT.*near names: ([^"\n]*)/) ?? [];
        assert.ok(near !== undefined, line);
        const functions = listKernelFunctions();
        for (const name of near.split(", ")) assert.ok(functions.has(name), name);
        const part = "blk_account_io_completion.part.0";
        if (functions.has(part)) assert.equal(near.split(", ")[0], part);
      },
    },
    {
      name: "a kprobe on a function that must not be probed is told with where that stands",
      async run() {
        const line = await failure("probes_blacklisted");
        assert.ok(line.includes(findBlacklisted()), line);
        assert.match(line, /EINVAL/);
        assert.match(line, /must not be probed \(see \/sys\/kernel\/debug\/kprobes\/blacklist\)/);
      },
    },
    {
      name: "a program without a probe is told as not running",
      async run() {
        const metrics = await (await exporters.alternatives()).get("/metrics");
        const enabled = (name: string) =>
          sumSeries(metrics, "ebpf_exporter_enabled_programs", { name });
        assert.deepEqual(
          ["names", "return", "missing", "blacklisted"].map((name) => enabled(`probes_${name}`)),
          [1, 1, 0, 0],
        );
      },
    },
  ];
}
