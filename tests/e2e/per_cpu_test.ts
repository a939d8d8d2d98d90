/** Per-CPU tables: work that a test puts on each CPU is added up. */

import assert from "node:assert/strict";
import { onlineCpu, parseCpuList } from "../../src/kernel/cpus.ts";
import {
  assertSamples,
  configYaml,
  type FillProgram,
  startWithConfig,
  triggerFill,
} from "./fill.ts";

const number = "[{ name: number, decoders: [{ name: uint }] }]";
const perCpu: FillProgram = {
  name: "per_cpu",
  metrics: `
    counters:
      - { name: hash_total, help: Per-CPU hash, table: hash, labels: ${number} }
      - { name: array_total, help: Per-CPU array, table: array, labels: ${number} }
      - { name: lru_total, help: Per-CPU LRU hash, table: lru, labels: ${number} }
      - { name: narrow_total, help: Leaves of 4 bytes have 8 each, table: narrow, labels: ${number} }
      - { name: cpus_total, help: Which CPUs took part, table: cpus, labels: ${number} }
    histograms:
      - { name: slots, help: Buckets, table: slots, bucket_type: linear, bucket_max: 1, labels: ${number} }
  `,
  tables: `
    BPF_TABLE("percpu_hash", u32, u64, hash, 128);
    BPF_PERCPU_ARRAY(array, u64, 3);
    BPF_TABLE("lru_percpu_hash", u32, u64, lru, 128);
    BPF_TABLE("percpu_hash", u32, u32, narrow, 128);
    BPF_TABLE("percpu_array", int, u64, slots, 2);
    BPF_HASH(cpus, u32);
  `,
  fill: `
    u32 key = 5;
    int one = 1;
    u64 zero = 0, *leaf;
    u32 zero32 = 0, *leaf32;
    leaf = hash.lookup_or_try_init(&key, &zero); if (leaf) *leaf += 1;
    leaf = lru.lookup_or_try_init(&key, &zero); if (leaf) *leaf += 10;
    leaf32 = narrow.lookup_or_try_init(&key, &zero32); if (leaf32) *leaf32 += 0x80000000U;
    array.increment(one);
    slots.increment(one);
    u32 cpu = bpf_get_smp_processor_id();
    cpus.increment(cpu);
  `,
};

/** Runs `work` on one CPU only; the thread's affinity is as before afterwards. */
function onCpu(cpu: number, work: () => void): void {
  const libc = Deno.dlopen("libc.so.6", {
    sched_setaffinity: { parameters: ["i32", "usize", "buffer"], result: "i32" },
    sched_getaffinity: { parameters: ["i32", "usize", "buffer"], result: "i32" },
  });
  const maskSizeBytes = 128;
  const before = new Uint8Array(maskSizeBytes);
  const only = new Uint8Array(maskSizeBytes);
  only[cpu >> 3] = 1 << (cpu & 7);
  try {
    assert.equal(libc.symbols.sched_getaffinity(0, BigInt(maskSizeBytes), before), 0);
    assert.equal(libc.symbols.sched_setaffinity(0, BigInt(maskSizeBytes), only), 0);
    work();
  } finally {
    libc.symbols.sched_setaffinity(0, BigInt(maskSizeBytes), before);
    libc.close();
  }
}

Deno.test("per-CPU table: all CPUs are added up, not CPU 0 alone", async (t) => {
  const cpus = parseCpuList(Deno.readTextFileSync("/sys/devices/system/cpu/online"));
  assert.equal(cpus[0], onlineCpu());
  await using exporter = await startWithConfig(configYaml(perCpu));
  let calls = 0;
  for (const [index, cpu] of cpus.entries()) {
    // Odd, so that a leaf of 32 bits that grows by 2^31 each time ends at 2^31 on every CPU.
    const times = 2 * index + 3;
    onCpu(cpu, () => triggerFill(times));
    calls += times;
  }
  const metrics = await exporter.get("/metrics");

  await t.step("every CPU took part", () => {
    assertSamples(
      metrics,
      "cpus_total",
      cpus.map((cpu, index) => `cpus_total{number="${cpu}"} ${2 * index + 3}`).sort().join("\n"),
    );
  });
  await t.step("percpu_hash", () => {
    assertSamples(metrics, "hash_total", `hash_total{number="5"} ${calls}`);
  });
  await t.step("lru_percpu_hash", () => {
    assertSamples(metrics, "lru_total", `lru_total{number="5"} ${calls * 10}`);
  });
  await t.step("percpu_array", () => {
    assertSamples(
      metrics,
      "array_total",
      `array_total{number="0"} 0
       array_total{number="1"} ${calls}
       array_total{number="2"} 0`,
    );
  });
  await t.step(
    "leaves of 4 bytes: an odd number of halves a CPU, and their sum does not wrap",
    () => {
      assertSamples(
        metrics,
        "narrow_total",
        `narrow_total{number="5"} ${cpus.length * 0x80000000}`,
      );
    },
  );
  await t.step("a histogram", () => {
    assertSamples(
      metrics,
      "slots",
      `slots_bucket{le="0"} 0
       slots_bucket{le="1"} ${calls}
       slots_bucket{le="+Inf"} ${calls}
       slots_sum 0
       slots_count ${calls}`,
    );
  });
});
