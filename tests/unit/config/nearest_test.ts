/** The nearest name is what a person meant, or nothing. */

import assert from "node:assert/strict";
import { editDistance, nearestName } from "../../../src/config/nearest.ts";

Deno.test("slips of the hand are recognised", () => {
  const names = ["table", "labels", "name", "help"];
  assert.equal(nearestName("tabel", names), "table");
  assert.equal(nearestName("label", names), "labels");
  assert.equal(nearestName("Help", names), "help");
  assert.equal(nearestName("nmae", names), "name");
});

Deno.test("what is far from everything has no nearest name", () => {
  assert.equal(nearestName("perf_events", ["table", "labels"]), undefined);
  assert.equal(nearestName("ab", ["xy"]), undefined);
  assert.equal(nearestName("x".repeat(100), ["x".repeat(100)]), undefined);
  assert.equal(nearestName("x", []), undefined);
});

Deno.test("the edit distance counts insertions, deletions, replacements and swaps", () => {
  assert.equal(editDistance("", "abc"), 3);
  assert.equal(editDistance("abc", ""), 3);
  assert.equal(editDistance("kitten", "sitting"), 3);
  assert.equal(editDistance("ab", "ba"), 1);
  assert.equal(editDistance("same", "same"), 0);
});
