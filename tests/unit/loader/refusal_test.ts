import assert from "node:assert/strict";
import { ProgramLoadError } from "../../../src/kernel/bpf.ts";
import { cutVerifierLog, explainRefusal } from "../../../src/loader/refusal.ts";

const EACCES = 13;
const EXIT = [0x95, 0, 0, 0, 0, 0, 0, 0];

function explain(log: string, instructions: number[] = EXIT): string {
  const error = new ProgramLoadError("loading", EACCES, log);
  return explainRefusal(error, "f", new Uint8Array(instructions)).message;
}

Deno.test("the log is cut to what was looked at last and the verdict, without statistics", () => {
  const log = Array.from({ length: 40 }, (_, index) => `${index}: (b7) r${index % 10} = 0`)
    .concat("invalid mem access 'scalar'", "processed 41 insns (limit 1000000)", "").join("\n");
  const lines = cutVerifierLog(log);
  assert.equal(lines.length, 12);
  assert.equal(lines.at(-1), "invalid mem access 'scalar'");
});

Deno.test("a verdict that stands far above the kernel's advice is kept", () => {
  const advice = Array.from({ length: 20 }, (_, index) => `advice ${index}`).join("\n");
  const message = explain(`0: (95) exit\nR1 invalid mem access 'scalar'\n${advice}`);
  assert.match(message, /\n {4}R1 invalid mem access 'scalar'\n {4}advice 8\n/);
});

Deno.test("known causes are told with their remedy", () => {
  assert.match(explain("R1 invalid mem access 'inv'"), /bpf_probe_read_kernel/);
  assert.match(explain("R0 invalid mem access 'map_value_or_null'"), /check for NULL/);
  assert.match(explain("unknown func bpf_ringbuf_output#130"), /helper bpf_ringbuf_output/);
  assert.match(explain("something new"), /^the verifier refused function "f" with EACCES/);
});

Deno.test("what libbcc does not support is found in the instructions", () => {
  const call = [0x85, 0x10, 0, 0, 0xff, 0xff, 0xff, 0xff];
  assert.match(explain("unknown opcode", [...call, ...EXIT]), /not inlined/);
  const global = [0x18, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  assert.match(explain("R1 invalid mem access 'scalar'", [...global, ...EXIT]), /global or static/);
});

Deno.test("without a log the kernel's reason stands alone", () => {
  const error = new ProgramLoadError('loading function "f"', 1, "", "run as root");
  assert.equal(
    explainRefusal(error, "f", new Uint8Array(EXIT)).message,
    'loading function "f": EPERM (Operation not permitted); run as root',
  );
});
