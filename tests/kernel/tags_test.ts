// What a process without libbcc loads is what libbcc would have loaded: the kernel's tags over the instructions are equal.
import assert from "node:assert/strict";
import { excludedByKernel } from "../../src/commands/excluded_by_kernel.ts";
import { loadConfig } from "../../src/config/load_config.ts";
import { functionInfo, ProgramType } from "../../src/kernel/bpf.ts";
import { loadProgram } from "../../src/loader/load_program.ts";
import { PROBE_TYPES } from "../../src/probes/probe_types.ts";
import { compileForTest } from "./compiled.ts";

const EXAMPLES = new URL("../../examples/", import.meta.url).pathname;

const { config, problems } = loadConfig([EXAMPLES]);
assert.deepEqual(problems, []);

for (const program of config!.programs) {
  for (const [index, alternative] of program.alternatives.entries()) {
    const types = alternative.probes.map(({ kind }) => PROBE_TYPES[kind].programType);
    // Without kprobes in the kernel their functions cannot be loaded by anybody.
    if (types.includes(ProgramType.KPROBE) && PROBE_TYPES.kprobe.findObstacle("")) continue;
    if (excludedByKernel(alternative) !== undefined) continue;
    Deno.test(`${program.name}, alternative ${index + 1}: tags as libbcc's own load gives them`, async () => {
      const code = alternative.code.text;
      const compiled = await compileForTest(code, alternative.cflags);
      const wanted = alternative.probes.map(({ target }, at) => ({
        name: target,
        type: types[at],
      }));
      const ours = loadProgram(compiled, wanted);
      const tags = Object.fromEntries(
        ours.functions.map(({ name, fd }) => [name, functionInfo(fd.number).tag]),
      );
      ours.close();
      const oracle = await new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "-A",
          "--no-lock",
          new URL("./libbcc_load.ts", import.meta.url).pathname,
          JSON.stringify({ code, cflags: alternative.cflags, wanted }),
        ],
      }).output();
      assert.ok(oracle.success, new TextDecoder().decode(oracle.stderr));
      const answer = new TextDecoder().decode(oracle.stdout).trim().split("\n").at(-1)!;
      assert.deepEqual(tags, JSON.parse(answer));
    });
  }
}
