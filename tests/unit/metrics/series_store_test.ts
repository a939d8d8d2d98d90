import assert from "node:assert/strict";
import fc from "fast-check";
import { wideIntegerText } from "../../../src/exposition/wide_integer.ts";
import { SeriesStore } from "../../../src/metrics/series_store.ts";

function textBytes(value: string): Uint8Array {
  return new TextEncoder().encode(`a="${value}"`);
}

function seriesOf(store: SeriesStore, value: string): number {
  const bytes = textBytes(value);
  return store.seriesOf(bytes, bytes.length);
}

Deno.test("sums are exact past 64 bits, with and without sign", () => {
  const word = fc.oneof(fc.constant(0xffffffff), fc.nat(0xffffffff));
  const high = fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 });
  fc.assert(fc.property(fc.array(fc.tuple(word, high), { maxLength: 200 }), (values) => {
    const store = new SeriesStore(1);
    const cell = seriesOf(store, "x");
    let model = 0n;
    for (const [low, high] of values) {
      store.add(cell, low, high);
      model += BigInt(high) * 2n ** 32n + BigInt(low);
    }
    assert.equal(wideIntegerText(store.low[cell], store.high[cell]), model.toString());
  }));
});

Deno.test("millions of rows in one sum do not lose a unit", () => {
  const store = new SeriesStore(1);
  const cell = seriesOf(store, "x");
  // As many rows as it takes for the low words' sum to leave what float64 holds exactly, and one more.
  store.add(cell, 2 ** 52 - 1, 0);
  store.add(cell, 2 ** 52 - 1, 0);
  store.add(cell, 2 ** 52 - 1, 0);
  store.add(cell, 1, 0);
  const expected = 3n * (2n ** 52n - 1n) + 1n;
  assert.equal(wideIntegerText(store.low[cell], store.high[cell]), expected.toString());
});

Deno.test("series keep number, text and order while others are forgotten and come", () => {
  const scrapes = fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 99 }), { maxLength: 60 }), {
    maxLength: 8,
  });
  fc.assert(fc.property(scrapes, (rounds) => {
    const store = new SeriesStore(2);
    const decoder = new TextDecoder();
    rounds.forEach((values, round) => {
      const scrape = round + 1;
      store.begin();
      for (const value of values) {
        const series = seriesOf(store, `${value}`);
        assert.equal(seriesOf(store, `${value}`), series);
        store.add(series * 2 + 1, value, 0);
        store.seenIn[series] = scrape;
      }
      assert.equal(store.seenCount(scrape), values.length);
      if (round % 2 === 1) {
        store.keepSeen(scrape);
        assert.equal(store.count, values.length);
      }
      const shown = [...store.order()].filter((series) => store.seenIn[series] === scrape).map(
        (s) => {
          const text = decoder.decode(store.bytes.subarray(store.starts[s], store.starts[s + 1]));
          assert.deepEqual([store.low[s * 2], `a="${store.low[s * 2 + 1]}"`], [0, text]);
          return text;
        },
      );
      assert.deepEqual(shown, values.map((value) => `a="${value}"`).toSorted());
    });
  }));
});
