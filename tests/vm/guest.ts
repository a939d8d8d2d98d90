/** What runs inside a guest, as root under its kernel: `guest.ts RELEASE`; the host is vm_test.ts. */

import assert from "node:assert/strict";
import { type GuestCase, runCases } from "./guest_case.ts";

/** What `uname -r` begins with; trixie-backports moves on, so it only has to be newer than trixie. */
const VERSIONS: Readonly<Record<string, RegExp>> = {
  bullseye: /^5\.10\./,
  bookworm: /^6\.1\./,
  trixie: /^6\.12\./,
  "trixie-backports": /^(?:6\.(?:1[3-9]|[2-9]\d)|[7-9])\./,
};

const release = Deno.args[0];

const cases: readonly GuestCase[] = [
  {
    name: "the kernel is the one asked for",
    run: () => assert.match(Deno.osRelease(), VERSIONS[release]),
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
];

await runCases(cases);
