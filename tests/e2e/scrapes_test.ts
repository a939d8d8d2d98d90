/** Scrapes at once, scrapes of tables that change meanwhile, and what they cost. */

import assert from "node:assert/strict";
import { eventually } from "./exporter_process.ts";
import {
  assertSamples,
  configYaml,
  type FillProgram,
  samples,
  startWithConfig,
  triggerFill,
} from "./fill.ts";

const ROWS = 50_000;
/** A table that is read at once, and after it one that takes its time. */
const calls: FillProgram = {
  name: "calls",
  metrics: `
    counters:
      - { name: calls_total, help: Calls, table: calls }
      - name: rows_total
        help: All rows together, since the label skips the number
        table: rows
        labels: [{ name: kind, size: 4, padding: 4, decoders: [{ name: uint }] }]
  `,
  tables: `
    struct row_t { u32 kind; u32 number; };
    BPF_ARRAY(calls, u64, 1);
    BPF_HASH(rows, struct row_t, u64, ${ROWS});
  `,
  fill: `
    int zero = 0;
    u64 one = 1, *call = calls.lookup(&zero);
    if (call) {
        struct row_t row = { .number = (*call)++ };
        rows.update(&row, &one);
    }
  `,
};

Deno.test("two scrapes at once: both are right, and none is older than its request", async () => {
  await using exporter = await startWithConfig(configYaml(calls));
  triggerFill(ROWS);
  let made = ROWS;
  const scrapes: Promise<{ metrics: string; earliest: number; latest: number }>[] = [];
  for (let call = 0; call < 100; call++) {
    triggerFill();
    const earliest = ++made;
    scrapes.push(
      exporter.get("/metrics").then((metrics) => ({ metrics, earliest, latest: made })),
    );
    // Some requests come while the tables are being read, some between two readings.
    await exporter.get("/-/healthy");
  }
  for (const { metrics, earliest, latest } of await Promise.all(scrapes)) {
    const seen = Number(samples(metrics, "calls_total")[0].split(" ")[1]);
    assert.ok(seen >= earliest && seen <= latest, `${seen}, not ${earliest} to ${latest}`);
    assertSamples(metrics, "rows_total", `rows_total{kind="0"} ${ROWS}`);
  }
});

const STABLE = 1000;
const CHURNING = 3000;
const churn: FillProgram = {
  name: "churn",
  metrics: `
    counters:
      - { name: keys_total, help: Keys, table: keys, labels: [{ name: key, decoders: [{ name: uint }] }] }
  `,
  tables: `
    BPF_ARRAY(next, u64, 1);
    BPF_HASH(keys, u64, u64, 16384);
  `,
  // The first calls add rows that stay; each later one adds a row and takes one of before away.
  fill: `
    int zero = 0;
    u64 *counter = next.lookup(&zero);
    if (counter) {
        u64 number = __sync_fetch_and_add(counter, 1);
        u64 value = number + 1, gone = number - ${CHURNING};
        keys.update(&number, &value);
        if (number >= ${STABLE + CHURNING})
            keys.delete(&gone);
    }
  `,
};

/** Makes the system calls of a fill from another thread of this process until it is disposed of. */
function startChurning(): AsyncDisposable & { calls(): number } {
  const shared = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(new URL("churn_worker.ts", import.meta.url), { type: "module" });
  const ended = new Promise<void>((resolve) => worker.onmessage = () => resolve());
  worker.postMessage(shared);
  return {
    calls: () => Atomics.load(shared, 1),
    async [Symbol.asyncDispose]() {
      Atomics.store(shared, 0, 1);
      await ended;
      worker.terminate();
    },
  };
}

Deno.test("row deleted by the kernel while the table is read: the others are all there, once", async () => {
  await using exporter = await startWithConfig(configYaml(churn));
  triggerFill(STABLE + CHURNING);
  const stable = Array.from({ length: STABLE }, (_, key) => `keys_total{key="${key}"} ${key + 1}`);
  await using churning = startChurning();
  await eventually("keys are changing", () => churning.calls() > 0 || undefined);
  const enough = churning.calls() + 200_000;
  for (let scrape = 0; scrape < 30 || churning.calls() < enough; scrape++) {
    const lines = samples(await exporter.get("/metrics"), "keys_total");
    const present = new Set(lines);
    assert.equal(present.size, lines.length, "a series is there twice");
    for (const line of stable) assert.ok(present.has(line), `scrape ${scrape} lacks ${line}`);
    assert.ok(lines.length <= STABLE + 2 * CHURNING, `${lines.length} rows`);
    for (const line of lines) {
      const [, key, value] = line.match(/^keys_total\{key="(\d+)"\} (\d+)$/)!;
      assert.equal(Number(value), Number(key) + 1);
    }
  }
  const metrics = await exporter.get("/metrics");
  assert.match(metrics, /^ebpf_exporter_scrape_success\{program="churn"\} 1$/m);
});

Deno.test("keys that come and go leave no memory behind", async () => {
  await using exporter = await startWithConfig(configYaml(churn));
  const rssMb = () =>
    Number(Deno.readTextFileSync(`/proc/${exporter.pid}/status`).match(/VmRSS:\s+(\d+)/)![1]) /
    1024;
  const turn = async () => {
    triggerFill(10_000);
    await exporter.get("/metrics");
  };
  for (let i = 0; i < 15; i++) await turn();
  const early = rssMb();
  for (let i = 0; i < 60; i++) await turn();
  const growth = rssMb() - early;
  assert.ok(growth < 15, `grew by ${growth} MB over 600000 keys`);
});
