import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { gzip, wantsGzip } from "../../../src/http/encoding.ts";

const YES = [
  "gzip",
  "GZIP",
  "x-gzip",
  "gzip, deflate, br, zstd",
  "deflate, gzip;q=0.5",
  "gzip;q=0.001",
  "*",
  "*;q=0.5",
  "identity;q=0, *",
  "identity;q=0.5, gzip;q=0.5",
  "br, gzip ; q=1.000",
];

const NO = [
  null,
  "",
  "identity",
  "br",
  "gzip;q=0",
  "gzip;q=0, *",
  "*;q=0",
  "identity, gzip;q=0.5",
  "gzip;q=x",
  "gzip;q=2",
  "identity;q=0",
];

Deno.test("encoding: gzip where it is wanted", () => {
  for (const header of YES) assert.equal(wantsGzip(header), true, header);
});

Deno.test("encoding: no gzip where it is not", () => {
  for (const header of NO) assert.equal(wantsGzip(header), false, String(header));
});

Deno.test("encoding: what is compressed comes back", async () => {
  const body = new TextEncoder().encode("metric 1\n".repeat(10_000));
  const compressed = await gzip(body);
  assert.ok(compressed.length < body.length / 20);
  assert.deepEqual(new Uint8Array(gunzipSync(compressed)), body);
});
