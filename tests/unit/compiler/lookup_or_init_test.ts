import assert from "node:assert/strict";
import { rewriteLookupOrInit } from "../../../src/compiler/lookup_or_init.ts";

Deno.test("a call becomes one that gives up where the old one never gave NULL", () => {
  assert.equal(
    rewriteLookupOrInit("val = counts.lookup_or_init(&key, &zero);\n(*val)++;"),
    "val = ({ __typeof__(counts.leaf) *leaf__ = counts.lookup_or_try_init(&key, &zero); " +
      "if (!leaf__) return 0; leaf__; });\n(*val)++;",
  );
});

Deno.test("nested parentheses, several calls and line breaks stay", () => {
  const rewritten = rewriteLookupOrInit(
    "a.lookup_or_init(&(k), f((z)));\nb . lookup_or_init(\n&k, &z);",
  );
  assert.match(rewritten, /a\.lookup_or_try_init\(&\(k\), f\(\(z\)\)\)/);
  assert.match(rewritten, /b\.lookup_or_try_init\(\n&k, &z\)/);
  assert.equal(rewritten.split("\n").length, 3);
});

Deno.test("calls inside a call's arguments, and parentheses in constants and comments", () => {
  const rewritten = rewriteLookupOrInit("a.lookup_or_init(b.lookup_or_init(&k, &z), &z)");
  assert.equal(rewritten.match(/lookup_or_try_init/g)?.length, 2);
  assert.ok(!rewritten.includes("lookup_or_init("));
  const odd = rewriteLookupOrInit("a.lookup_or_init(f(')', \")\" /* ) */), &z); rest();");
  assert.match(odd, /&z\); if \(!leaf__\) return 0; leaf__; \}\); rest\(\);$/);
});

Deno.test("what is no such call is left alone", () => {
  for (
    const code of [
      "x.lookup(&k)",
      "lookup_or_init(&k)",
      "x.lookup_or_init(&k",
      "x.lookup_or_try_init(&k, &z)",
    ]
  ) {
    assert.equal(rewriteLookupOrInit(code), code);
  }
});
