/** Kernel ranges hold for the releases that people mean by them. */

import assert from "node:assert/strict";
import {
  kernelInRange,
  type KernelRelease,
  parseKernelRange,
} from "../../../src/config/kernel_range.ts";

const cases: [string, KernelRelease[], KernelRelease[]][] = [
  [">=5.8", [[5, 8, 0], [5, 10, 200], [6, 0, 0]], [[5, 7, 19], [4, 20, 0]]],
  [">=5.8 <6.6", [[5, 8, 0], [6, 5, 99]], [[6, 6, 0], [7, 0, 0], [5, 7, 1]]],
  [">= 5.8, < 6.6", [[5, 8, 0], [6, 5, 99]], [[6, 6, 0]]],
  ["<=5.10", [[5, 10, 0], [5, 10, 255], [4, 14, 3]], [[5, 11, 0]]],
  [">5.10", [[5, 11, 0]], [[5, 10, 0], [5, 10, 200]]],
  [">5.10.3", [[5, 10, 4]], [[5, 10, 3]]],
  ["5.10", [[5, 10, 0], [5, 10, 99]], [[5, 9, 0], [5, 11, 0], [5, 1, 0]]],
  ["=6", [[6, 0, 0], [6, 18, 3]], [[5, 19, 0], [7, 0, 0]]],
  ["==4.19.7", [[4, 19, 7]], [[4, 19, 6], [4, 19, 8]]],
  ["<4.19", [[4, 14, 336], [4, 18, 99]], [[4, 19, 0]]],
];

for (const [text, inside, outside] of cases) {
  Deno.test(`the kernel range ${text}`, () => {
    const range = parseKernelRange(text);
    for (const release of inside) assert.ok(kernelInRange(range, release), release.join("."));
    for (const release of outside) assert.ok(!kernelInRange(range, release), release.join("."));
  });
}

for (
  const text of [
    "",
    "  ",
    ">=",
    "five",
    "5.8-6.6",
    "^5.8",
    "!=5.8",
    "5.8.1.2",
    ">=6 <6",
    "<0",
    "5 6",
    "5".repeat(300),
  ]
) {
  Deno.test(`the kernel range ${JSON.stringify(text.slice(0, 9))} is refused`, () => {
    assert.throws(() => parseKernelRange(text), SyntaxError);
  });
}
