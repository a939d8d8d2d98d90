/** What an exporter leaves in a kernel with kprobes when it ends: nothing. */

import assert from "node:assert/strict";
import { eventually } from "../../e2e/exporter_process.ts";
import type { Exporters } from "../exporters.ts";
import type { GuestCase } from "../guest_case.ts";
import { type KernelObjects, listKernelObjects, NOTHING } from "../kernel_objects.ts";

/** The kernel frees functions and tables a moment after their last fd is closed. */
async function expectNothing(): Promise<void> {
  let seen: KernelObjects = NOTHING;
  try {
    await eventually("an empty kernel", () => {
      seen = listKernelObjects();
      return Object.values(seen).every((list) => list.length === 0) || undefined;
    });
  } catch {
    assert.deepEqual(seen, NOTHING);
  }
}

function childrenOf(pid: number): string {
  return Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`).trim();
}

export function endCases(exporters: Exporters): GuestCase[] {
  return [
    {
      name: "while they run, no exporter has a child or a named kprobe",
      run() {
        for (const exporter of exporters.running()) {
          assert.equal(childrenOf(exporter.pid), "");
        }
        const { bpf, kprobes, namedKprobes } = listKernelObjects();
        assert.ok(bpf.length > 0 && kprobes.length > 0);
        assert.deepEqual(namedKprobes, []);
      },
    },
    {
      name: "SIGTERM to one and SIGKILL to the others leave nothing in the kernel",
      async run() {
        const [first, ...others] = exporters.running();
        const { code, stderr } = await first.stop("SIGTERM");
        assert.equal(code, 0, stderr);
        for (const exporter of others) await exporter.stop("SIGKILL");
        await expectNothing();
      },
    },
  ];
}
