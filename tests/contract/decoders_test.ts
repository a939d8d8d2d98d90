/** What every decoder keeps to, whatever it does. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { DecodeError, type DecoderInput } from "../../src/decoders/decoder.ts";
import { buildDecoder, DECODERS } from "../../src/decoders/registry.ts";
import type { FieldType } from "../../src/tables/field_type.ts";
import { decoder, symbols } from "../unit/metrics/configs.ts";

const types: FieldType[] = [
  ...[1, 2, 4, 8, 16].map((size): FieldType => ({ kind: "integer", size, signed: size === 4 })),
  { kind: "integer", size: 9, signed: false, bitOffset: 7, bitWidth: 64 },
  { kind: "float", size: 8 },
  { kind: "char_array", size: 16 },
  { kind: "array", size: 12, count: 3, element: { kind: "integer", size: 4, signed: false } },
  { kind: "struct", size: 16, alignment: 1, fields: [] },
  { kind: "union", size: 16, alignment: 1, fields: [] },
  ...[1, 3, 8, 16].map((size): FieldType => ({ kind: "bytes", size })),
];

const input: fc.Arbitrary<DecoderInput> = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.nat().map(String),
  fc.record({
    type: fc.constantFrom(...types),
    bytes: fc.uint8Array({ minLength: 24, maxLength: 24 }),
    offset: fc.integer({ min: 0, max: 8 }),
  }),
);

for (const name of DECODERS.keys()) {
  const config = decoder({ name, regexps: ["[0-9a-f]"], staticMap: [["1", "one"]] });

  Deno.test(`${name}: any value gives text, drops the row, or is a DecodeError`, async () => {
    const built = buildDecoder(config, symbols({ "0x1": "one" }));
    await built.open?.();
    fc.assert(fc.property(input, (value) => {
      const before = typeof value === "string" ? "" : value.bytes.join();
      try {
        const text = built.decode(value, { expires: false });
        assert.ok(text === undefined || typeof text === "string");
        assert.equal(built.decode(value, { expires: false }), text, "the same again");
      } catch (error) {
        assert.ok(error instanceof DecodeError, String(error));
      }
      if (typeof value !== "string") {
        assert.equal(value.bytes.join(), before, "the key is only read");
      }
    }));
  });

  Deno.test(`${name}: a field type that is not refused never fails`, async () => {
    const built = buildDecoder(config, symbols());
    await built.open?.();
    for (const type of types) {
      if (built.refusal(type) !== undefined) continue;
      built.decode({ type, bytes: new Uint8Array(24).fill(0xa5), offset: 0 }, { expires: false });
    }
  });

  Deno.test(`${name}: carries its name, tells its generation`, () => {
    const built = buildDecoder(config, symbols());
    assert.equal(built.name, name);
    assert.equal(built.generation !== undefined, name === "ksym");
  });
}
