// One suite over all probe kinds: attached and detached on this kernel, and what a wrong name says.
import assert from "node:assert/strict";
import type { ProbeKind } from "../../src/config/config.ts";
import { addressOf, ioctl } from "../../src/kernel/libc.ts";
import { loadProgram } from "../../src/loader/load_program.ts";
import { AttachError } from "../../src/probes/attachment.ts";
import { PROBE_TYPES } from "../../src/probes/probe_types.ts";
import { bpfFds, compileForTest } from "./compiled.ts";

const CODE = `
BPF_ARRAY(calls, u64, 1);
int count(void *ctx) { calls.increment(0); return 0; }
`;

/** A probe that this suite can make fire: each calls ioctl on a bad fd, which the kernel answers quickly. */
const KINDS: readonly { kind: ProbeKind; name: string; wrong: string }[] = [
  { kind: "tracepoint", name: "raw_syscalls:sys_enter", wrong: "raw_syscalls:sys_entr" },
  { kind: "raw_tracepoint", name: "sys_enter", wrong: "sys_entr" },
  { kind: "kprobe", name: "__x64_sys_ioctl", wrong: "__x64_sys_ioctll" },
  { kind: "kretprobe", name: "__x64_sys_ioctl", wrong: "__x64_sys_ioctll" },
];

const compiled = await compileForTest(CODE);

function load(kind: ProbeKind) {
  const program = loadProgram(compiled, [{ name: "count", type: PROBE_TYPES[kind].programType }]);
  const { map } = program.tables.get("calls")!;
  const value = new BigUint64Array(1);
  const calls = () => {
    map.lookup(new Uint8Array(4), new Uint8Array(value.buffer));
    return value[0];
  };
  return { program, fd: program.functions[0].fd.number, calls };
}

function fire(times: number): void {
  for (let count = 0; count < times; count++) ioctl(-1, 0, 0);
}

for (const { kind, name, wrong } of KINDS) {
  const type = PROBE_TYPES[kind];
  const obstacle = type.findObstacle(name);

  Deno.test(`${kind}: runs the function while attached, and leaves no fd`, () => {
    if (obstacle) {
      // This kernel cannot: then the attempt says why, in the same words as the look ahead.
      const { program, fd } = load(kind);
      assert.throws(() => type.attach(name, fd), new AttachError(obstacle));
      program.close();
      return;
    }
    const before = bpfFds();
    const { program, fd, calls } = load(kind);
    const attachment = type.attach(name, fd);
    fire(100);
    attachment.detach();
    const counted = calls();
    assert.ok(counted >= 100n, `${counted} calls`);
    fire(100);
    assert.equal(calls(), counted, "counted after it was detached");
    attachment.detach();
    program.close();
    assert.deepEqual(bpfFds(), before);
  });

  if (!obstacle) {
    Deno.test(`${kind}: a wrong name is told with the kernel's reason`, () => {
      const before = bpfFds();
      const { program, fd } = load(kind);
      assert.throws(
        () => type.attach(wrong, fd),
        (error) => error instanceof AttachError && /ENOENT/.test(error.message),
      );
      program.close();
      assert.deepEqual(bpfFds(), before);
    });
  }
}

Deno.test("the address of a buffer is that of its first byte", () => {
  const buffer = new Uint8Array(64);
  assert.equal(addressOf(buffer.subarray(8)), addressOf(buffer) + 8n);
});
