// What the kernel answers with EINVAL when a raw tracepoint is opened, told in words.
import assert from "node:assert/strict";
import { loadProgram } from "../../src/loader/load_program.ts";
import { AttachError } from "../../src/probes/attachment.ts";
import { rawTracepointType } from "../../src/probes/raw_tracepoint.ts";
import { compileForTest } from "./compiled.ts";

Deno.test("a function that reads more arguments than the raw tracepoint has is told so", async () => {
  const compiled = await compileForTest(
    "int f(struct bpf_raw_tracepoint_args *ctx) { return ctx->args[5] == 1; }",
  );
  const program = loadProgram(compiled, [{ name: "f", type: rawTracepointType.programType }]);
  try {
    assert.throws(
      () => rawTracepointType.attach("sys_enter", program.functions[0].fd.number),
      (error) =>
        error instanceof AttachError &&
        /EINVAL.*reads an argument that this tracepoint does not have/.test(error.message),
    );
  } finally {
    program.close();
  }
});
