/** Descriptions and sizes here are what libbcc 0.26 gave for the C declarations beside them. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { describeKey, parseTableLayout } from "../../../src/tables/table_layout.ts";
import { rawText } from "../../../src/tables/raw_text.ts";

const LEAF = '"unsigned long long"';

function layoutOf(description: string, size: number) {
  return parseTableLayout(description, LEAF, size, 8);
}

/** Bytes of no regularity, the same that libbcc's printer was given: its texts are the oracle. */
function testKey(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => (i * 37 + 0x81) & 0xff);
}

const cases: { c: string; size: number; description: string; key: string; raw?: string }[] = [
  { c: "u8", size: 1, description: '"unsigned char"', key: "u8", raw: "0x81" },
  { c: "int", size: 4, description: '"int"', key: "s32", raw: "0xf0cba681" },
  { c: "bool", size: 1, description: '"_Bool"', key: "u8", raw: "0x81" },
  { c: "u64", size: 8, description: LEAF, key: "u64", raw: "0x845f3a15f0cba681" },
  {
    c: "u32 [4]",
    size: 16,
    description: '"unsigned int"',
    key: "u32[4]",
    raw: "[ 0xf0cba681 0x845f3a15 0x18f3cea9 0xac87623d ]",
  },
  { c: "char [16]", size: 16, description: '"char"', key: "char[16]" },
  {
    c: "{ u32 a; u64 b; char c[5]; }",
    size: 24,
    description:
      '["", [["a","unsigned int"], ["__pad_1","char",[4]], ["b","unsigned long long"], ' +
      '["c","char", [5]], ["__pad_end","char",[3]] ], "struct_packed"]',
    key: "{ a u32, b u64, c char[5] }",
  },
  {
    c: "{ u8 a; u64 b; u16 c; } packed",
    size: 11,
    description:
      '["", [["a","unsigned char"], ["b","unsigned long long"], ["c","unsigned short"] ], ' +
      '"struct_packed"]',
    key: "{ a u8, b u64, c u16 }",
    raw: "{ 0x81 0xa9845f3a15f0cba6 0xf3ce }",
  },
  {
    c: "{ u32 a; struct { u8 x; u16 y; } in; u64 b; }",
    size: 16,
    description: '["", [["a","unsigned int"], ["in",["", [["x","unsigned char"], ' +
      '["__pad_1","char",[1]], ["y","unsigned short"] ], "struct_packed"]], ' +
      '["b","unsigned long long"] ], "struct_packed"]',
    key: "{ a u32, in { x u8, y u16 }, b u64 }",
    raw: "{ 0xf0cba681 { 0x15 0x845f } 0xac87623d18f3cea9 }",
  },
  {
    c: "{ u32 a; union { u8 x; u64 y; }; u8 b; }",
    size: 24,
    description:
      '["", [["a","unsigned int"], ["__pad_1","char",[4]], ["", [["x","unsigned char"], ' +
      '["y","unsigned long long"] ], "union"], ["b","unsigned char"], ["__pad_end","char",[7]] ], ' +
      '"struct_packed"]',
    key: "{ a u32, union { x u8, y u64 }, b u8 }",
    raw: "{ 0xf0cba681 { 0xac87623d18f3cea9 } 0xd1 }",
  },
  {
    c: "union { u8 x; u64 y; u32 z[3]; }",
    size: 16,
    description:
      '["", [["x","unsigned char"], ["y","unsigned long long"], ["z","unsigned int", [3]] ], ' +
      '"union"]',
    key: "union { x u8, y u64, z u32[3] }",
  },
  {
    c: "{ struct { u8 a; u32 b; } e[2]; }",
    size: 16,
    description: '["", [["e",["", [["a","unsigned char"], ["__pad_1","char",[3]], ' +
      '["b","unsigned int"] ], "struct_packed"], [2]] ], "struct_packed"]',
    key: "{ e { a u8, b u32 }[2] }",
    raw: "{ [ { 0x81 0x845f3a15 } { 0xa9 0xac87623d } ] }",
  },
  {
    c: "{ u32 a; struct {} e; u32 b; }",
    size: 8,
    description: '["", [["a","unsigned int"], ["e",["", [], "struct"]], ["b","unsigned int"] ], ' +
      '"struct_packed"]',
    key: "{ a u32, e {  }, b u32 }",
    raw: "{ 0xf0cba681 { } 0x845f3a15 }",
  },
  {
    c: "{ char a; char b[3]; char c; }",
    size: 5,
    description: '["", [["a","char"], ["b","char", [3]], ["c","char"] ], "struct_packed"]',
    key: "{ a s8, b char[3], c s8 }",
    raw: '{ 0x81 "\ufffd\ufffd\ufffd" 0x15 }',
  },
];

for (const { c, size, description, key, raw } of cases) {
  Deno.test(`a key ${c} is laid out`, () => {
    const layout = layoutOf(description, size);
    assert.equal(layout.key.size, size);
    assert.equal(describeKey(layout), key);
    if (raw !== undefined) assert.equal(rawText(layout.key, testKey(size)), raw);
  });
}

Deno.test("padding is no field, members of anonymous structs are flat fields", () => {
  const layout = layoutOf(
    '["", [["a","unsigned int"], ["", [["x","unsigned char"], ["__pad_1","char",[1]], ' +
      '["y","unsigned short"] ], "struct_packed"], ["b","unsigned long long"] ], "struct_packed"]',
    16,
  );
  assert.deepEqual(layout.fields.map((field) => [field.name, field.offset]), [["a", 0], ["", 4], [
    "b",
    8,
  ]]);
  assert.deepEqual(layout.flatFields.map((field) => [field.name, field.offset]), [["a", 0], [
    "x",
    4,
  ], [
    "y",
    6,
  ], ["b", 8]]);
});

/** First bit of each field and the size as a C compiler has them: gcc on x86-64 says so for each. */
const bitCases: { c: string; size: number; description: string; bits: [string, number][] }[] = [
  {
    c: "{ u32 a:3; u32 b:7; u32 c:30; u8 d; }",
    size: 12,
    description:
      '["", [["a","unsigned int", 3], ["b","unsigned int", 7], ["c","unsigned int", 30], ' +
      '["d","unsigned char"] ], "struct"]',
    bits: [["a", 0], ["b", 3], ["c", 32], ["d", 64]],
  },
  {
    c: "{ u8 a:3; u16 b:9; u64 c:40; u32 z; u8 q:1; u8 r:7; u8 s; }",
    size: 16,
    description: '["", [["a","unsigned char", 3], ["b","unsigned short", 9], ' +
      '["c","unsigned long long", 40], ["z","unsigned int"], ["q","unsigned char", 1], ' +
      '["r","unsigned char", 7], ["s","unsigned char"] ], "struct"]',
    bits: [["a", 0], ["b", 3], ["c", 12], ["z", 64], ["q", 96], ["r", 97], ["s", 104]],
  },
  {
    c: "{ u8 x; u32 a:20; u32 :0; u32 b:4; char s[3]; }",
    size: 8,
    description: '["", [["x","unsigned char"], ["a","unsigned int", 20], ["","unsigned int", 0], ' +
      '["b","unsigned int", 4], ["s","char", [3]] ], "struct"]',
    bits: [["x", 0], ["a", 8], ["b", 32], ["s", 40]],
  },
  {
    c: "{ u16 a; u32 b:20; u8 c; }",
    size: 8,
    description:
      '["", [["a","unsigned short"], ["b","unsigned int", 20], ["c","unsigned char"] ], ' +
      '"struct"]',
    bits: [["a", 0], ["b", 32], ["c", 56]],
  },
  {
    c: "{ u32 a:4; u32 :6; u32 b:4; u64 c; }",
    size: 16,
    description:
      '["", [["a","unsigned int", 4], ["","unsigned int", 6], ["b","unsigned int", 4], ' +
      '["c","unsigned long long"] ], "struct"]',
    bits: [["a", 0], ["b", 10], ["c", 64]],
  },
];

for (const { c, size, description, bits } of bitCases) {
  Deno.test(`the bit fields of ${c} are where C compilers put them`, () => {
    const { fields, key } = layoutOf(description, size);
    assert.equal(key.size, size);
    const found = fields.map(({ name, offset, type }) => [
      name,
      offset * 8 + (type.kind === "integer" ? type.bitOffset ?? 0 : 0),
    ]);
    assert.deepEqual(found, bits);
  });
}

Deno.test("each bit of a bit field is read from its place", () => {
  const { fields } = layoutOf(bitCases[1].description, 16);
  for (const [index, [, first]] of bitCases[1].bits.slice(0, 3).entries()) {
    const width = [3, 9, 40][index];
    for (let bit = 0; bit < 64; bit++) {
      const key = new Uint8Array(16);
      key[bit >> 3] = 1 << (bit & 7);
      const expected = bit >= first && bit < first + width ? 1n << BigInt(bit - first) : 0n;
      const text = rawText(fields[index].type, key, fields[index].offset);
      assert.equal(BigInt(text), expected, `bit ${bit} of field ${index}`);
    }
  }
});

Deno.test("a struct that follows C's rules may also have been declared packed", () => {
  const layout = layoutOf(
    '["", [["a","unsigned char"], ["b","unsigned int", 4], ["c","unsigned int"]], "struct"]',
    6,
  );
  assert.deepEqual(layout.fields.map((field) => field.offset), [0, 1, 2]);
});

Deno.test("the count of a typedef'd array is found where one reading is possible", () => {
  const layout = layoutOf(
    '["", [["u","unsigned char"], ["a","unsigned int"] ], "struct_packed"]',
    20,
  );
  assert.equal(describeKey(layout), "{ u char[16], a u32 }");
  assert.equal(layout.fields[1].offset, 16);
  assert.throws(
    () => layoutOf('["", [["f","unsigned char"], ["u","unsigned char"]], "struct_packed"]', 17),
    /cannot lay out the key of 17 bytes .*\["f","unsigned char"\]/,
  );
});

Deno.test("pointers and 128 bits print whole, text stops at its array's end", () => {
  const pointer = layoutOf(LEAF, 8);
  assert.equal(rawText(pointer.key, testKey(8)), "0x845f3a15f0cba681");
  const wide = layoutOf('"unsigned __int128"', 16);
  assert.equal(rawText(wide.key, testKey(16)), "0xac87623d18f3cea9845f3a15f0cba681");
  const two = layoutOf('["", [["a","char",[2]], ["b","char",[2]]], "struct_packed"]', 4);
  assert.equal(rawText(two.key, new TextEncoder().encode("abcd")), '{ "ab" "cd" }');
});

Deno.test("what cannot be laid out is refused with its description", () => {
  const bad = [
    "",
    "nonsense",
    "{}",
    "[]",
    '["", 1]',
    '"long double"',
    '["", [["a"]], "struct"]',
    '["", [["a","int",{}]], "struct"]',
    '["", [["a","int"]], "class"]',
    '["", [["a","int"]], "struct_packed"]',
    '["", [["a","float",3]], "struct"]',
  ];
  for (const description of bad) {
    assert.throws(() => layoutOf(description, 7), (error: Error) => {
      return error.message.includes(`'${description}'`) && error.message.includes("7 bytes");
    });
  }
});

Deno.test("a type that libbcc has no name for, __uint128_t, is 16 bytes of integer", () => {
  const layout = layoutOf(
    '["k", [["a",], ["b","unsigned long long"], ["c",] ], "struct_packed"]',
    40,
  );
  assert.deepEqual(
    layout.fields.map(({ name, offset, type }) => [name, offset, type.kind, type.size]),
    [["a", 0, "integer", 16], ["b", 16, "integer", 8], ["c", 24, "integer", 16]],
  );
  assert.equal(layoutOf("", 16).key.kind, "integer");
  assert.throws(() => layoutOf("", 8));
});

Deno.test("any text as a description is an error or a layout of the asked size", () => {
  const names = fc.constantFrom("int", "char", "unsigned long long", "x");
  const tree = fc.letrec((tie) => ({
    node: fc.oneof({ depthSize: "small" }, names, tie("list")),
    list: fc.array(fc.oneof(names, tie("list"), fc.nat(9), fc.constant("struct")), {
      maxLength: 4,
    }),
  })).node;
  fc.assert(fc.property(tree, fc.integer({ min: 1, max: 64 }), (node, size) => {
    try {
      assert.equal(layoutOf(JSON.stringify(node), size).key.size, size);
    } catch (error) {
      assert.match((error as Error).message, /^cannot lay out the key/);
    }
  }));
});
