import assert from "node:assert/strict";
import { findUnsupportedTables } from "../../../src/compiler/unsupported_tables.ts";

Deno.test("pinned tables and tables of other programs are found, not in comments", () => {
  const code = `BPF_HASH(own, u32);
// BPF_TABLE_PINNED("hash", u32, u64, c, 1, "/sys/fs/bpf/c");
/* BPF_TABLE("extern", u32, u64, c, 1); */
BPF_TABLE_PINNED("hash", u32, u64, pinned, 1, "/sys/fs/bpf/p");
BPF_TABLE ( "extern", u32, u64, shared, 1);
BPF_TABLE_PUBLIC("hash", u32, u64, offered, 1);
`;
  const found = findUnsupportedTables(code);
  assert.deepEqual(found.map(({ offset }) => code.slice(offset).split(/\W/)[0]), [
    "BPF_TABLE_PINNED",
    "BPF_TABLE",
  ]);
  assert.equal(code.slice(0, found[1].offset).split("\n").length, 5);
});
