/** Scrapes of a table that changes, against a model that decodes every row every time. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { buildScrapePlan } from "../../../src/metrics/scrape_plan.ts";
import { integerBytes, openFakeMap } from "../tables/fake_map.ts";
import { counter, reader, symbols, textOf } from "./configs.ts";

const PAIR = '["k", [["a","unsigned int"], ["b","unsigned int"]], "struct_packed"]';
const NAMES = [["0", "zero"], ["1", "one"], ["2", "one"]] as const;

function pairKey(a: number, b: number): Uint8Array {
  return Uint8Array.from([...integerBytes(a, 4), ...integerBytes(b, 4)]);
}

const step = fc.oneof(
  fc.record({
    set: fc.tuple(fc.nat(40), fc.nat(4)),
    value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  }),
  fc.record({ delete: fc.tuple(fc.nat(40), fc.nat(4)) }),
  fc.constant({ clear: true }),
  fc.record({ fill: fc.nat(160) }),
  fc.constant({ shuffle: true }),
);

Deno.test("a table that grows, shrinks and moves shows what decoding all of it would", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { maxLength: 12 }), { maxLength: 12 }),
      async (scrapes) => {
        const maps = [openFakeMap({ keySize: 8 }), openFakeMap({ keySize: 8, batchErrno: 524 })];
        const metric = counter("m", [
          ["a", "uint", { name: "regexp", regexps: ["^[0-9]*[02468]$", "^1$"] }],
          ["b", "uint", { name: "static_map", staticMap: NAMES }],
        ]);
        const sources = maps.map((map) => ({ program: "p", metric, reader: reader(map, PAIR) }));
        const { plan } = buildScrapePlan(sources, symbols());
        for (const [round, steps] of scrapes.entries()) {
          const map = maps[round % 2];
          for (const each of steps) {
            if ("set" in each) map.set(pairKey(...each.set), each.value);
            else if ("delete" in each) map.delete(pairKey(...each.delete));
            else if ("clear" in each) map.entries = [];
            else if ("fill" in each) {
              for (let a = 0; a < each.fill; a++) map.set(pairKey(a, a % 3), a);
            } else map.entries.reverse();
          }
          const model = new Map<string, bigint>();
          for (const { key, value } of maps.flatMap(({ entries }) => entries)) {
            const view = new DataView(key.buffer);
            const a = view.getUint32(0, true);
            if (a % 2 === 1 && a !== 1) continue;
            const b = view.getUint32(4, true);
            const name = ["zero", "one", "one"][b] ?? `unknown:${b}`;
            const labels = `{a="${a}",b="${name}"}`;
            const count = new DataView(value.buffer).getBigUint64(0, true);
            model.set(labels, (model.get(labels) ?? 0n) + count);
          }
          await plan.read();
          const shown = textOf(plan).split("\n").filter((line) => /^[^#]/.test(line));
          assert.deepEqual(
            shown,
            [...model].map(([labels, count]) => `ebpf_exporter_m${labels} ${count}`).toSorted(),
          );
        }
      },
    ),
    { numRuns: 40 },
  );
});

Deno.test("a new series in the place of a forgotten one starts at its own value", async () => {
  const maps = [openFakeMap({ keySize: 4 }), openFakeMap({ keySize: 4 })];
  const metric = counter("m", [["a", "uint"]]);
  const { plan } = buildScrapePlan(
    maps.map((map) => ({ program: "p", metric, reader: reader(map, '"unsigned int"') })),
    symbols(),
  );
  for (let a = 0; a < 129; a++) maps[0].set(integerBytes(a, 4), a);
  await plan.read();
  maps[0].entries = [];
  maps[1].set(integerBytes(1, 4), 1);
  await plan.read();
  maps[1].set(integerBytes(0, 4), 0);
  await plan.read();
  assert.match(textOf(plan), /a="0"\} 0\n.*a="1"\} 1\n$/);
});

Deno.test("an unchanged key is decoded once", async () => {
  const context = symbols({ "0x1": "one" });
  let asked = 0;
  const { resolve } = context.kernelSymbols;
  context.kernelSymbols.resolve = (address) => (asked++, resolve(address));
  const map = openFakeMap({ keySize: 4 }).set(integerBytes(1, 4), 5);
  const metric = counter("m", [["a", "ksym"]]);
  const { plan } = buildScrapePlan(
    [{ program: "p", metric, reader: reader(map, '"unsigned int"') }],
    context,
  );
  for (let again = 0; again < 5; again++) await plan.read();
  assert.equal(asked, 1);
});

Deno.test("a moved generation has all keys of ksym decoded anew", async () => {
  const context = symbols({ "0x1": "old" });
  const map = openFakeMap({ keySize: 4 }).set(integerBytes(1, 4), 5);
  const metric = counter("m", [["a", "ksym"]]);
  const { plan } = buildScrapePlan(
    [{ program: "p", metric, reader: reader(map, '"unsigned int"') }],
    context,
  );
  await plan.read();
  context.names.set(1n, "new");
  await plan.read();
  assert.match(textOf(plan), /a="old"\} 5/);
  context.moved++;
  const report = await plan.read();
  assert.match(textOf(plan), /a="new"\} 5/);
  assert.deepEqual(report.series, [{ metric: "ebpf_exporter_m", series: 1 }]);
});

Deno.test("an unknown address is asked for again after a minute", async () => {
  const context = symbols();
  let nowMs = 0;
  const map = openFakeMap({ keySize: 4 }).set(integerBytes(6, 4), 5);
  const metric = counter("m", [["a", "ksym"]]);
  const { plan } = buildScrapePlan(
    [{ program: "p", metric, reader: reader(map, '"unsigned int"') }],
    context,
    () => nowMs,
  );
  await plan.read();
  context.names.set(6n, "call_six");
  nowMs = 59_999;
  await plan.read();
  assert.match(textOf(plan), /a="unknown_addr:0x6"/);
  nowMs = 60_000;
  await plan.read();
  assert.match(textOf(plan), /a="call_six"/);
});

Deno.test("scrapes that are asked for at once run one after another", async () => {
  const map = openFakeMap({ keySize: 4 }).set(integerBytes(1, 4), 5);
  const metric = counter("m", [["a", "uint"]]);
  const { plan } = buildScrapePlan(
    [{ program: "p", metric, reader: reader(map, '"unsigned int"') }],
    symbols(),
  );
  await Promise.all([plan.read(), plan.read(), plan.read()]);
  assert.match(textOf(plan), /\} 5\n$/);
});

Deno.test("a key that cannot be decoded counts once, however often it is tried again", async () => {
  const context = symbols({ "0x1": "no_number" });
  const map = openFakeMap({ keySize: 4 }).set(integerBytes(1, 4), 5);
  const metric = counter("m", [["a", "ksym", "uint"]]);
  const { plan } = buildScrapePlan(
    [{ program: "p", metric, reader: reader(map, '"unsigned int"') }],
    context,
  );
  const errors = async () => (await plan.read()).decodeErrors.map(({ count }) => count);
  assert.deepEqual(await errors(), [1]);
  context.moved++;
  assert.deepEqual(await errors(), [1]);
  map.set(integerBytes(2, 4), 5);
  context.names.set(2n, "no_number_either");
  assert.deepEqual(await errors(), [2]);
});
