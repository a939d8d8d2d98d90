/** What the original's decoders make of these inputs, where it is right. */

import assert from "node:assert/strict";
import { buildDecoder } from "../../../src/decoders/registry.ts";
import { DecodeError, type Decoder, type DecoderInput } from "../../../src/decoders/decoder.ts";
import { bytes, decoder, type DecoderSpec, symbols } from "../metrics/configs.ts";
import type { FieldType } from "../../../src/tables/field_type.ts";

const context = symbols({ "0x6": "call_six", "0xffffffeb19d90830": "pipe_lock" });

function build(spec: DecoderSpec): Decoder {
  return buildDecoder(decoder(spec), context);
}

/** Bytes that a size cut out of a key; something stands before and behind them. */
function cut(...parts: Parameters<typeof bytes>): DecoderInput {
  const value = bytes(...parts);
  const key = Uint8Array.from([0x55, ...value, 0xaa]);
  return { type: { kind: "bytes", size: value.length }, bytes: key, offset: 1 };
}

function field(type: FieldType, ...parts: Parameters<typeof bytes>): DecoderInput {
  return { type, bytes: bytes(...parts), offset: 0 };
}

const u8: FieldType = { kind: "integer", size: 1, signed: false };
const s32: FieldType = { kind: "integer", size: 4, signed: true };
const u64: FieldType = { kind: "integer", size: 8, signed: false };
const u128: FieldType = { kind: "integer", size: 16, signed: false };
const text16: FieldType = { kind: "char_array", size: 16 };
const FF8 = [255, 255, 255, 255, 255, 255, 255, 255];

const READ_WRITE = [["1", "read"], ["2", "write"]] as const;
const staticMap = { name: "static_map", staticMap: READ_WRITE };
const systemd = { name: "regexp", regexps: ["^systemd-journal$", "^syslog-ng$"] };

const vectors: [spec: DecoderSpec, input: DecoderInput, text: string | undefined][] = [
  ["uint", cut([1]), "1"],
  ["uint", cut([2, 0]), "2"],
  ["uint", cut([4, 0, 0, 0]), "4"],
  ["uint", cut([8, 0, 0, 0, 0, 0, 0, 0]), "8"],
  ["uint", cut([0x00, 0xb6, 0xc2, 0x5b, 0x85, 0xff, 0xff, 0xff]), "18446743546968061440"],
  ["uint", cut(FF8), "18446744073709551615"],
  ["uint", field(u64, FF8), "18446744073709551615"],
  ["uint", field(u128, FF8, FF8), "340282366920938463463374607431768211455"],
  ["uint", field(s32, [0xf0, 255, 255, 255]), "4294967280"],
  ["uint", "0xe", "14"],
  ["uint", "14", "14"],
  ["uint", "007", "7"],
  ["string", cut("regular string"), "regular string"],
  ["string", cut("null terminated string\0bananas after null"), "null terminated string"],
  ["string", field(text16, "sda\0junk", 8), "sda"],
  ["string", field(text16, "0123456789abcdef"), "0123456789abcdef"],
  ["string", field(text16, [0xff, 0xfe, 0x61], 13), "\ufffd\ufffda"],
  ["string", field(text16, [0xe2, 0x82, 0x61], 13), "\ufffda"],
  ["string", field(text16, [0xef, 0xbb, 0xbf, 0x61], 12), "\ufeffa"],
  ["string", field(u8, [14]), "0xe"],
  ["ksym", cut([6, 0, 0, 0, 0, 0, 0, 0]), "call_six"],
  ["ksym", cut([0x30, 0x08, 0xd9, 0x19, 0xeb, 0xff, 0xff, 0xff]), "pipe_lock"],
  [
    "ksym",
    cut([0x28, 0x08, 0xd9, 0x19, 0xeb, 0xff, 0xff, 0xff]),
    "unknown_addr:0xffffffeb19d90828",
  ],
  ["ksym", field(u64, [6, 0, 0, 0, 0, 0, 0, 0]), "call_six"],
  ["ksym", "0x6", "call_six"],
  ["ksym", "6", "call_six"],
  [staticMap, "1", "read"],
  [staticMap, "2", "write"],
  [staticMap, "3", "unknown:3"],
  [{ ...staticMap, allowUnknown: true }, "3", "3"],
  [{ name: "static_map", staticMap: [["0x1", "raw"], ["1", "decimal"]] }, field(u8, [1]), "raw"],
  [staticMap, field(u8, [1]), "unknown:0x1"],
  [{ name: "static_map", staticMap: [["sda", "disk"]] }, field(text16, "sda", 13), "disk"],
  [{ name: "static_map", staticMap: [['"sda"', "disk"]] }, field(text16, "sda", 13), "disk"],
  [{ name: "static_map", staticMap: [["sda", "disk"]] }, cut("sda", 13), "disk"],
  [systemd, "systemd-journal", "systemd-journal"],
  [systemd, "syslog-ng", "syslog-ng"],
  [systemd, "systemd-bananad", undefined],
  [{ name: "regexp", regexps: ["anan"] }, "bananas", "bananas"],
  [{ name: "regexp", regexps: ["^row(1|2)"] }, "row1x", "row1x"],
  [{ name: "regexp", regexps: ["^(?i)SDA$"] }, "sda", "sda"],
  [{ name: "regexp", regexps: ["^sda$"] }, field(text16, "sda", 13), "sda"],
  [{ name: "regexp", regexps: ['^"sda"$'] }, field(text16, "sda", 13), '"sda"'],
];

for (const [spec, input, text] of vectors) {
  const name = typeof spec === "string" ? spec : spec.name;
  const shown = typeof input === "string" ? input : `${input.type.kind} ${input.bytes.join(" ")}`;
  Deno.test(`${name} makes ${text ?? "nothing"} of ${shown.slice(0, 60)}`, async () => {
    const built = build(spec);
    await built.open?.();
    assert.equal(built.decode(input, { expires: false }), text);
  });
}

Deno.test("what is no integer cannot be decoded by uint and ksym", () => {
  for (const name of ["uint", "ksym"]) {
    for (const input of ["x", "", "-1", "1.5", "0x", field(text16, "12", 14)]) {
      assert.throws(() => build(name).decode(input, { expires: false }), DecodeError);
    }
    assert.match(
      build(name).refusal({ kind: "bytes", size: 3 }) ?? "",
      /1, 2, 4, 8 or 16 bytes, found 3/,
    );
    assert.match(build(name).refusal(text16) ?? "", /expected an integer/);
    assert.equal(build(name).refusal(u128), undefined);
  }
});

Deno.test("an unknown address may be known later, a known one stays", () => {
  const notes = { expires: false };
  build("ksym").decode("6", notes);
  assert.equal(notes.expires, false);
  build("ksym").decode("7", notes);
  assert.equal(notes.expires, true);
});
