import assert from "node:assert/strict";
import { loadProgram } from "../../src/loader/load_program.ts";
import { RefusalError } from "../../src/loader/refusal.ts";
import { ProgramType } from "../../src/kernel/bpf.ts";
import { bpfFds, compileForTest } from "./compiled.ts";

const RAW = ProgramType.RAW_TRACEPOINT;

async function refusal(code: string): Promise<RefusalError> {
  const compiled = await compileForTest(code);
  const before = bpfFds();
  let refused: unknown;
  try {
    loadProgram(compiled, [{ name: "f", type: RAW }]).close();
  } catch (error) {
    refused = error;
  }
  assert.ok(refused instanceof RefusalError, `not refused: ${refused}`);
  assert.deepEqual(bpfFds(), before, "fds were left open");
  return refused;
}

Deno.test("a pointer followed without a read is told with its remedy and the verifier's line", async () => {
  const error = await refusal(
    "int f(struct bpf_raw_tracepoint_args *ctx) { return *(int *)ctx->args[0]; }",
  );
  assert.match(error.message, /^the verifier refused function "f".*bpf_probe_read_kernel/);
  assert.match(error.message, /\n {4}.*invalid mem access/);
});

Deno.test("an unchecked lookup is told", async () => {
  const error = await refusal(
    "BPF_HASH(t, u32, u64); int f(void *ctx) { u32 k = 0; u64 *v = t.lookup(&k); return *v; }",
  );
  assert.match(error.message, /check for NULL/);
});

Deno.test("a global variable is named as what libbcc does not support", async () => {
  const error = await refusal("static u64 calls; int f(void *ctx) { calls++; return 0; }");
  assert.match(error.message, /global or static variable/);
});

Deno.test("a function that was not inlined is named as what libbcc does not support", async () => {
  const error = await refusal(
    "static __attribute__((__noinline__)) int g(u64 a) { return a * bpf_ktime_get_ns(); }\n" +
      "int f(void *ctx) { return g(bpf_get_smp_processor_id()); }",
  );
  assert.match(error.message, /not inlined/);
});

Deno.test("maps of maps are refused by name", async () => {
  const compiled = await compileForTest(
    'BPF_ARRAY(inner, u64, 1); BPF_ARRAY_OF_MAPS(outer, "inner", 4);\nint f(void *ctx) { return 0; }',
  );
  const before = bpfFds();
  assert.throws(
    () => loadProgram(compiled, [{ name: "f", type: RAW }]),
    /table "outer" is an array of maps, which this version does not support/,
  );
  assert.deepEqual(bpfFds(), before);
});

Deno.test("a function is loaded once for each type that its probes need", async () => {
  const compiled = await compileForTest("int f(void *ctx) { return 0; }");
  const wanted = [
    { name: "f", type: RAW },
    { name: "f", type: RAW },
    { name: "f", type: ProgramType.TRACEPOINT },
  ];
  const program = loadProgram(compiled, wanted);
  assert.deepEqual(program.functions.map(({ type }) => type), [RAW, ProgramType.TRACEPOINT]);
  program.close();
});

Deno.test("lookup_or_init works, and a plain dereference inside bpf_probe_read's argument loads", async () => {
  const compiled = await compileForTest(`
BPF_HASH(counts, u32);
int f(struct bpf_raw_tracepoint_args *ctx) {
  u32 key = 0; u64 zero = 0, *value = counts.lookup_or_init(&key, &zero);
  (*value)++;
  return 0;
}`);
  loadProgram(compiled, [{ name: "f", type: RAW }]).close();
});
