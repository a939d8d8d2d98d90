/** Kprobes by names in tracefs, the way of kernels before 4.17, which every kernel still has. */

import assert from "node:assert/strict";
import { loadProgram } from "../../../src/loader/load_program.ts";
import { AttachError } from "../../../src/probes/attachment.ts";
import { kprobeType } from "../../../src/probes/kprobe.ts";
import { compileForTest } from "../../kernel/compiled.ts";
import { callGetppid } from "../getppid.ts";
import type { GuestCase } from "../guest_case.ts";
import { listKernelObjects, NOTHING } from "../kernel_objects.ts";
import { findBlacklisted } from "../probe_programs.ts";
import type { Release } from "../releases.ts";

const CALLS = 321;
const FUNCTION = "__x64_sys_getppid";
const CODE = `
BPF_ARRAY(calls, u64, 1);
int count(void *ctx) {
    if (bpf_get_current_pid_tgid() >> 32 == ${Deno.pid}) calls.increment(0);
    return 0;
}`;

const NO_PMU = () => undefined;

/** Attaches, calls, detaches; how often the function ran, and the named kprobes meanwhile. */
function count(
  compiled: Awaited<ReturnType<typeof compileForTest>>,
  isReturn: boolean,
): { calls: number; namedKprobes: readonly string[] } {
  const type = kprobeType(isReturn, NO_PMU);
  const program = loadProgram(compiled, [{ name: "count", type: type.programType }]);
  try {
    const attachment = type.attach(FUNCTION, program.functions[0].fd.number);
    const { namedKprobes } = listKernelObjects();
    callGetppid(CALLS);
    attachment.detach();
    callGetppid(1);
    const value = new BigUint64Array(1);
    program.tables.get("calls")!.map.lookup(new Uint8Array(4), new Uint8Array(value.buffer));
    return { calls: Number(value[0]), namedKprobes };
  } finally {
    program.close();
  }
}

/** Starts an exporter-like process that attaches by name, and kills it when it has. */
async function killWhileAttached(
  compiled: Awaited<ReturnType<typeof compileForTest>>,
): Promise<number> {
  const file = Deno.makeTempFileSync();
  Deno.writeTextFileSync(file, JSON.stringify(compiled));
  const script = new URL("../named_kprobe.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--cached-only", script, file, FUNCTION],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  assert.equal((await reader.read()).value, "attached\n");
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
  await child.stdin.close().catch(() => {}); // the process at its other end is gone
  Deno.removeSync(file);
  return child.pid;
}

export function namedKprobeCases({ inlineFunction }: Release): GuestCase[] {
  let compiled: Awaited<ReturnType<typeof compileForTest>>;
  return [
    {
      name: "named kprobes and kretprobes count n calls as n, and leave no name behind",
      async run() {
        compiled = await compileForTest(CODE);
        const { namedKprobes: others } = listKernelObjects();
        for (const isReturn of [false, true]) {
          const { calls, namedKprobes } = count(compiled, isReturn);
          assert.equal(calls, CALLS);
          assert.equal(namedKprobes.length, others.length + 1, namedKprobes.join("\n"));
          assert.match(namedKprobes.join("\n"), new RegExp(`ebpf_exporter_${Deno.pid}/\\S+ `));
          assert.deepEqual(listKernelObjects().namedKprobes, others);
        }
      },
    },
    {
      name: "a named kprobe that a killed process left is removed by the next one",
      async run() {
        const { namedKprobes: others } = listKernelObjects();
        const pid = await killWhileAttached(compiled);
        const left = listKernelObjects().namedKprobes.filter((line) =>
          line.includes(`ebpf_exporter_${pid}/`)
        );
        assert.equal(left.length, 1, "nothing was left, so nothing is shown");
        const { calls, namedKprobes } = count(compiled, false);
        assert.equal(calls, CALLS);
        assert.ok(!namedKprobes.some((line) => line.includes(`ebpf_exporter_${pid}/`)));
        assert.deepEqual(listKernelObjects().namedKprobes, others);
      },
    },
    {
      name: "a named kprobe that the kernel refuses is told with its reason, and leaves nothing",
      run() {
        const type = kprobeType(false, NO_PMU);
        const program = loadProgram(compiled, [{ name: "count", type: type.programType }]);
        const { number } = program.functions[0].fd;
        const { namedKprobes: others } = listKernelObjects();
        const refused = (name: string, words: RegExp) =>
          assert.throws(
            () => type.attach(name, number),
            (error) => error instanceof AttachError && words.test(error.message),
          );
        refused("sys_getppid", /(ENOENT|EINVAL).*no function of that name.*__x64_sys_getppid/);
        refused(findBlacklisted(), /EINVAL.*must not be probed/);
        assert.deepEqual(listKernelObjects().namedKprobes, others);
        program.close();
      },
    },
    ...(inlineFunction === undefined ? [] : [{
      name: "an inline function is told as one that was compiled without a place for probes",
      run() {
        for (const type of [kprobeType(false), kprobeType(false, NO_PMU)]) {
          const program = loadProgram(compiled, [{ name: "count", type: type.programType }]);
          assert.throws(
            () => type.attach(inlineFunction, program.functions[0].fd.number),
            (error) =>
              error instanceof AttachError &&
              /EINVAL.*the function is there, but was compiled without a place for probes/
                .test(error.message),
          );
          program.close();
        }
      },
    }]),
    {
      name: "nothing of it is left in the kernel",
      run() {
        assert.deepEqual(listKernelObjects().namedKprobes, NOTHING.namedKprobes);
      },
    },
  ];
}
