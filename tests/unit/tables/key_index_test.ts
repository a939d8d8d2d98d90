import assert from "node:assert/strict";
import fc from "fast-check";
import { KeyIndex, keyUnits, unitsPerKey } from "../../../src/tables/key_index.ts";

const commands = fc.array(
  fc.oneof(
    { weight: 20, arbitrary: fc.record({ add: fc.nat(400) }) },
    { weight: 1, arbitrary: fc.record({ keepEvery: fc.integer({ min: 1, max: 4 }) }) },
    { weight: 1, arbitrary: fc.constant({ clear: true }) },
  ),
  { maxLength: 500 },
);

for (const keySize of [1, 3, 4, 8, 13, 32]) {
  Deno.test(`keys of ${keySize} bytes have the numbers that a Map would give them`, () => {
    fc.assert(fc.property(commands, (steps) => {
      const index = new KeyIndex(keySize);
      let model: string[] = [];
      const place = unitsPerKey(keySize);
      for (const step of steps) {
        if ("add" in step) {
          const keys = new Uint8Array(keySize * 2);
          keys[keySize] = step.add;
          if (keySize > 1) keys[keySize * 2 - 1] = step.add >> 8;
          const units = keyUnits(keys, keySize);
          const text = keys.subarray(keySize).join();
          assert.equal(index.find(units, place), model.indexOf(text));
          if (!model.includes(text)) {
            assert.equal(index.add(units, place), model.length);
            model.push(text);
          }
        } else if ("keepEvery" in step) {
          const kept = model.map((_, number) => number).filter((number) =>
            number % step.keepEvery === 0
          );
          index.keep(Int32Array.from(kept));
          model = kept.map((number) => model[number]);
        } else {
          index.clear();
          model = [];
        }
        assert.equal(index.count, model.length);
      }
    }));
  });
}

Deno.test("a key that differs in its last byte only is another key", () => {
  const keys = new Uint8Array(64);
  keys[63] = 1;
  const index = new KeyIndex(32);
  const units = keyUnits(keys, 32);
  index.add(units, 0);
  assert.equal(index.find(units, 0), 0);
  assert.equal(index.find(units, 8), -1);
  assert.equal(index.equals(0, units, 8), false);
});
