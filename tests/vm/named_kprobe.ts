/**
 * Attaches a kprobe by a name in tracefs, as on a kernel without the kprobe PMU, says so, and waits to be killed:
 * `named_kprobe.ts FILE FUNCTION`, where the file holds a compiled program with a function `count`.
 */

import { loadProgram } from "../../src/loader/load_program.ts";
import { kprobeType } from "../../src/probes/kprobe.ts";

const [file, kernelFunction] = Deno.args;
const type = kprobeType(false, () => undefined);
const program = loadProgram(JSON.parse(Deno.readTextFileSync(file)), [
  { name: "count", type: type.programType },
]);
type.attach(kernelFunction, program.functions[0].fd.number);
console.log("attached");
await new Response(Deno.stdin.readable).text();
