/** Plain scalars mean what YAML 1.1 and 1.2 say they mean. */

import assert from "node:assert/strict";
import { parseNumber, parseTruth } from "../../../src/config/plain_scalar.ts";

Deno.test("numbers in all their spellings", () => {
  const numbers: [string, number][] = [
    ["0", 0],
    ["-7", -7],
    ["+7", 7],
    ["0x10", 16],
    ["-0x10", -16],
    ["0b11", 3],
    ["0o17", 15],
    ["017", 15],
    ["08", 8],
    ["1_000", 1000],
    ["0.000001", 1e-6],
    ["1e-06", 1e-6],
    ["1.5E3", 1500],
    [".5", 0.5],
    ["1.", 1],
    [".inf", Infinity],
    ["-.Inf", -Infinity],
    ["18446744073709551616", 2 ** 64],
  ];
  for (const [text, value] of numbers) assert.equal(parseNumber(text), value, text);
});

Deno.test("what is no number is NaN", () => {
  for (
    const text of ["", "x", "0x", "_1", "1 2", "1,5", ".nan", "e5", ".", "0b2", "Infinity", "--1"]
  ) {
    assert.ok(Number.isNaN(parseNumber(text)), text);
  }
});

Deno.test("truth values", () => {
  for (const text of ["true", "True", "yes", "ON", "y"]) assert.equal(parseTruth(text), true);
  for (const text of ["false", "NO", "off", "n"]) assert.equal(parseTruth(text), false);
  for (const text of ["", "1", "tRue", "maybe"]) assert.equal(parseTruth(text), undefined);
});
