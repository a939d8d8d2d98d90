import assert from "node:assert/strict";
import fc from "fast-check";
import { formatGoFloat, formatOpenMetricsFloat } from "../../../src/exposition/go_float.ts";

/** Bits and text as Go 1.2x prints them: strconv.FormatFloat(x, 'g', -1, 64). */
const FROM_GO: [number, string][] = [
  [1e-6, "1e-06"],
  [2 ** 4 * 1e-6, "1.6e-05"],
  [0.000128, "0.000128"],
  [0.0001, "0.0001"],
  [0.00001, "1e-05"],
  [1024, "1024"],
  [524288, "524288"],
  [999999, "999999"],
  [1e6, "1e+06"],
  [2 ** 20, "1.048576e+06"],
  [33554432, "3.3554432e+07"],
  [33.554432, "33.554432"],
  [1e21, "1e+21"],
  [123456789, "1.23456789e+08"],
  [0.0007769999999999999, "0.0007769999999999999"],
  [3.634632067643165e258, "3.634632067643165e+258"],
  [-7.748642838047834e-160, "-7.748642838047834e-160"],
  [5e-324, "5e-324"],
  [Number.MAX_VALUE, "1.7976931348623157e+308"],
  [-2.5, "-2.5"],
  [0, "0"],
  [-0, "0"],
  [1, "1"],
  [Infinity, "+Inf"],
  [-Infinity, "-Inf"],
  [NaN, "NaN"],
];

Deno.test("numbers are printed as Go's client prints them", () => {
  for (const [value, text] of FROM_GO) assert.equal(formatGoFloat(value), text);
});

Deno.test("OpenMetrics numbers always show that they are floats", () => {
  const cases: [number, string][] = [
    [1024, "1024.0"],
    [0, "0.0"],
    [1, "1.0"],
    [-1, "-1.0"],
    [0.5, "0.5"],
    [2 ** 20, "1.048576e+06"],
    [Infinity, "+Inf"],
    [NaN, "NaN"],
  ];
  for (const [value, text] of cases) assert.equal(formatOpenMetricsFloat(value), text);
});

Deno.test("no digit of a number is lost and its exponent has Go's form", () => {
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
    const text = formatGoFloat(value);
    assert.equal(Number(text), value === 0 ? 0 : value);
    assert.match(text, /^-?\d+(\.\d+)?(e[+-]\d{2,3})?$/);
    const size = Math.abs(value);
    assert.equal(text.includes("e"), size !== 0 && (size < 1e-4 || size >= 1e6));
  }));
});
