import assert from "node:assert/strict";
import { parseCpuList } from "../../../src/kernel/cpus.ts";

Deno.test("CPU lists as the kernel writes them", () => {
  assert.deepEqual(parseCpuList("0\n"), [0]);
  assert.deepEqual(parseCpuList("0-3,8,10-11\n"), [0, 1, 2, 3, 8, 10, 11]);
  assert.deepEqual(parseCpuList("\n"), []);
});
