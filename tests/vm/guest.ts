/** What runs inside a guest, as root under its kernel: `guest.ts RELEASE`; the host is vm_test.ts. */

import assert from "node:assert/strict";
import { blockIoCases } from "./cases/block_io.ts";
import { endCases } from "./cases/ends.ts";
import { kernelSuiteCases } from "./cases/kernel_suite.ts";
import { namedKprobeCases } from "./cases/named_kprobes.ts";
import { otherExampleCases } from "./cases/other_examples.ts";
import { pageCacheCases } from "./cases/page_cache.ts";
import { probeCases } from "./cases/probes.ts";
import { openExporters } from "./exporters.ts";
import { type GuestCase, runCases } from "./guest_case.ts";
import { RELEASES } from "./releases.ts";

const release = RELEASES[Deno.args[0]];
assert.ok(
  release,
  `release "${Deno.args[0]}": expected one of ${Object.keys(RELEASES).join(", ")}`,
);

await using exporters = openExporters(release);

const cases: readonly GuestCase[] = [
  {
    name: "the kernel is the one asked for",
    run: () => assert.match(Deno.osRelease(), release.version),
  },
  {
    name: "the kernel has kprobes, tracepoints and BTF",
    run: () => {
      const type = Deno.readTextFileSync("/sys/bus/event_source/devices/kprobe/type");
      assert.match(type, /^\d+\n$/);
      assert.ok(Deno.statSync("/sys/kernel/tracing/events/block/block_rq_issue/id").isFile);
      assert.ok(Deno.statSync("/sys/kernel/btf/vmlinux").size > 1_000_000);
    },
  },
  {
    name: `all examples start with --kernel.types=${release.kernelTypes}`,
    run: async () => void await exporters.examples(),
  },
  {
    name: "each alternative of the examples starts by itself with types from BTF",
    run: async () => void await exporters.alternatives(),
  },
  ...blockIoCases(exporters, release),
  ...pageCacheCases(exporters, release),
  ...otherExampleCases(exporters),
  ...probeCases(exporters),
  ...endCases(exporters),
  ...namedKprobeCases(release),
  ...kernelSuiteCases(release),
];

await runCases(cases);
