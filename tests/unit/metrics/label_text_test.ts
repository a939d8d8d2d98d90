import assert from "node:assert/strict";
import fc from "fast-check";
import { TextBuffer } from "../../../src/exposition/text_buffer.ts";
import { compareLabelTexts, labelOrder, writeLabels } from "../../../src/metrics/label_text.ts";

const NAMES = ["b", "a"];
const value = fc.oneof(
  fc.string({ unit: fc.constantFrom("a", "b", '"', "\\", "\n", "!", "n", "\0", "\uffff", "😀") }),
  fc.string({ unit: "binary" }),
);

function written(values: string[]): Uint8Array {
  const text = new TextBuffer();
  writeLabels(text, NAMES, values, labelOrder(NAMES));
  return text.written();
}

Deno.test("labels are written by name and escaped", () => {
  assert.equal(new TextDecoder().decode(written(["1\n", '"2"'])), 'a="\\"2\\"",b="1\\n"');
});

Deno.test("label texts are ordered as their values' bytes are, label after label", () => {
  const values = fc.tuple(value, value).map((pair) => pair.map((text) => text.toWellFormed()));
  fc.assert(
    fc.property(values, values, (one, other) => {
      const a = written(one);
      const b = written(other);
      const bytes = Uint8Array.from([...a, ...b]);
      const order = compareLabelTexts(bytes, 0, a.length, a.length, bytes.length);
      const expected = byteOrder(one[1], other[1]) || byteOrder(one[0], other[0]);
      assert.equal(Math.sign(order), expected);
    }),
    { numRuns: 3000 },
  );
});

/** The order of Go's strings, which is that of their UTF-8 bytes, by another's comparison. */
function byteOrder(a: string, b: string): number {
  const [x, y] = [a, b].map((text) => [...text].map((c) => c.codePointAt(0)!));
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    if (x[i] !== y[i]) return Math.sign(x[i] - y[i]);
  }
  return Math.sign(x.length - y.length);
}
