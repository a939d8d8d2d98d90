import assert from "node:assert/strict";
import { cText, type NeighbourNames } from "../../../src/kernel_types/c_text.ts";
import { type BtfBlob, btfBlob } from "./btf_blob.ts";

const NONE: NeighbourNames = { libbccTags: new Set(), programTags: new Set(), ordinary: new Set() };

function definition(blob: BtfBlob, id: number): string {
  return cText(blob.read(), new Set([id]), NONE).definition(id);
}

Deno.test("declarators nest as C nests them", () => {
  const blob = btfBlob();
  const int = blob.int("int", 4);
  const char = blob.int("char", 1);
  const text = blob.ref("PTR", blob.ref("CONST", char));
  const callback = blob.ref("PTR", blob.proto(blob.ref("PTR", 0), [int, text, 0]));
  const rows = blob.ref("PTR", blob.array(blob.array(int, 3), 2));
  const fixed = blob.ref("CONST", blob.ref("PTR", blob.ref("VOLATILE", int)));
  const id = blob.composite("STRUCT", "s", 72, [
    ["callback", callback, 0],
    ["callbacks", blob.array(callback, 4), 64],
    ["rows", rows, 320],
    ["fixed", fixed, 384],
    ["names", blob.array(text, 1), 448],
    ["none", blob.ref("PTR", blob.proto(0, [])), 512],
  ]);
  assert.equal(
    definition(blob, id),
    `struct s {
\tvoid *(*callback)(int, const char *, ...);
\tvoid *(*callbacks[4])(int, const char *, ...);
\tint (*rows)[2][3];
\tvolatile int *const fixed;
\tconst char *names[1];
\tvoid (*none)(void);
};
`,
  );
});

Deno.test("anonymous members are written in place, a named one without a member name too", () => {
  const blob = btfBlob();
  const int = blob.int("int", 4);
  const named = blob.composite("STRUCT", "named", 4, [["n", int, 0]]);
  const anonymous = blob.composite("UNION", "", 4, [["a", int, 0], ["b", int, 0]]);
  const id = blob.composite("STRUCT", "s", 8, [["", named, 0], ["", anonymous, 32]]);
  assert.equal(
    definition(blob, id),
    "struct s {\n\tstruct {\n\t\tint n;\n\t};\n\tunion {\n\t\tint a;\n\t\tint b;\n\t};\n};\n",
  );
});

Deno.test("a packed struct says so, and where its bits lie", () => {
  const blob = btfBlob();
  const char = blob.int("char", 1);
  const int = blob.int("int", 4);
  const id = blob.composite("STRUCT", "s", 7, [["a", char, 0, 0], ["b", int, 8, 0], [
    "c",
    int,
    42,
    3,
  ]]);
  assert.equal(
    definition(blob, id),
    "struct s {\n\tchar a;\n\tint b;\n\tunsigned char :2;\n\tint c : 3;\n" +
      "\tunsigned char __pad_0[1];\n} __attribute__((packed));\n",
  );
});

Deno.test("fillers have names of their own in one definition", () => {
  const blob = btfBlob();
  const char = blob.int("char", 1);
  const inner = blob.composite("STRUCT", "", 4, [["x", char, 0]]);
  const id = blob.composite("STRUCT", "s", 8, [["", inner, 0], ["y", char, 32]]);
  assert.match(
    definition(blob, id),
    /__pad_0\[3\];\n\t\};\n\tchar y;\n\tunsigned char __pad_1\[3\];/,
  );
});

Deno.test("enums keep size, sign and width", () => {
  const blob = btfBlob();
  const signed = blob.enumeration("below", 4, { MINUS: -1 }, true);
  const unsigned = blob.enumeration("above", 4, { HIGH: 0x80000000 });
  const small = blob.enumeration("small", 1, { SMALL: 1 });
  const empty = blob.enumeration("empty", 4, {});
  const wide = blob.enumeration64("wide", { TOP: (1n << 64n) - 1n });
  const deep = blob.enumeration64("deep", { BOTTOM: -(1n << 63n), LOW: -5n }, true);
  const write = cText(blob.read(), new Set(), NONE).definition;
  assert.equal(write(signed), "enum below {\n\tMINUS = -1,\n};\n");
  assert.equal(write(unsigned), "enum above {\n\tHIGH = 2147483648,\n};\n");
  assert.match(write(small), /\} __attribute__\(\(mode\(QI\)\)\);/);
  assert.match(write(empty), /enum empty \{\n\t\w+,\n\};/);
  assert.match(write(wide), /TOP = 18446744073709551615ULL,/);
  assert.match(write(deep), /BOTTOM = \(-9223372036854775807LL - 1\),\n\tLOW = -5LL,/);
});

Deno.test("one name for two types or enumerators becomes two", () => {
  const blob = btfBlob();
  const first = blob.enumeration("first", 4, { IDLE: 0 });
  const second = blob.enumeration("second", 4, { IDLE: 1 });
  const write = cText(blob.read(), new Set(), NONE).definition;
  assert.match(write(first), /\tIDLE = 0/);
  assert.match(write(second), /\tIDLE___2 = 1/);
});

Deno.test("names that C does not allow are changed", () => {
  const blob = btfBlob();
  const int = blob.int("int", 4);
  const id = blob.composite("STRUCT", "core::fmt::{impl#0}", 8, [["default", int, 0], [
    "0",
    int,
    32,
  ]]);
  assert.equal(
    definition(blob, id),
    "struct core__fmt___impl_0_ {\n\tint default_;\n\tint _0;\n};\n",
  );
});

Deno.test("the compiler's own names are not defined again", () => {
  const blob = btfBlob();
  const list = blob.ref("TYPEDEF", blob.int("long", 8), "__builtin_va_list");
  const own = blob.ref("TYPEDEF", list, "va_list");
  const write = cText(blob.read(), new Set(), NONE).definition;
  assert.equal(write(list), "");
  assert.equal(write(own), "typedef __builtin_va_list va_list;\n");
});
