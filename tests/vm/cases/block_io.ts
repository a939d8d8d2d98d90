/** Requests issued to the disk come out of every program that counts block I/O, by device, operation and size. */

import assert from "node:assert/strict";
import { discard, DISK, readDirect, writeDirect, writeZeroes } from "../disk.ts";
import { assertRuns, type Exporters, type Growth, watch } from "../exporters.ts";
import type { GuestCase } from "../guest_case.ts";
import type { Release } from "../releases.ts";

const KIB = 1024;

interface Issued {
  readonly operation: string;
  readonly count: number;
  readonly sizeKib: number;
}

const ISSUED: readonly Issued[] = [
  { operation: "read", count: 37, sizeKib: 4 },
  { operation: "write", count: 23, sizeKib: 64 },
  { operation: "discard", count: 1, sizeKib: 1024 },
  { operation: "other", count: 1, sizeKib: 512 },
];

async function issue(): Promise<void> {
  const [read, write, discarded, other] = ISSUED;
  await readDirect(read.sizeKib * KIB, read.count);
  await writeDirect(write.sizeKib * KIB, write.count);
  await discard(discarded.sizeKib * KIB);
  await writeZeroes(other.sizeKib * KIB);
}

/** The histograms with that prefix grew by what was issued, and in the right buckets. */
function checkHistograms(growth: Growth, prefix: string, device: string): void {
  const latency = `ebpf_exporter_${prefix}bio_latency_seconds`;
  const size = `ebpf_exporter_${prefix}bio_size_bytes`;
  for (const { operation, count, sizeKib } of ISSUED) {
    const labels = { device, operation };
    assert.equal(growth.of(`${latency}_count`, labels), count, `${operation}, latency`);
    assert.equal(growth.of(`${latency}_bucket`, { ...labels, le: "67.108864" }), count, operation);
    assert.equal(growth.of(`${latency}_bucket`, { ...labels, le: "1e-06" }), 0, operation);
    assert.equal(growth.of(`${size}_count`, labels), count, `${operation}, size`);
    // libbcc's bpf_log2l(4) is 3: a size that is a power of two lies below the next one.
    const bucket = sizeKib * KIB * 2;
    assert.equal(growth.of(`${size}_bucket`, { ...labels, le: goFloat(bucket) }), count, operation);
    assert.equal(growth.of(`${size}_bucket`, { ...labels, le: goFloat(bucket / 2) }), 0, operation);
  }
  const all = ISSUED.reduce((sum, { count }) => sum + count, 0);
  assert.equal(growth.of(`${latency}_count`), all, "nothing else was counted");
  assert.equal(growth.of(`${size}_count`), all, "nothing else was counted");
}

/** Go's shortest form, which has exponents from 1e+06 on; the powers of two here that are above have 7 digits. */
function goFloat(value: number): string {
  return value < 1e6 ? String(value) : `${value / 1e6}e+06`;
}

/** `254:0` as the tracepoints tell of the disk; its name is in no event. */
function diskNumber(): string {
  return Deno.readTextFileSync(`/sys/block/${DISK.slice("/dev/".length)}/dev`).trim();
}

export function blockIoCases(exporters: Exporters, release: Release): GuestCase[] {
  const { bio } = release.alternatives;
  let examples: Growth, alternatives: Growth, reference: Growth | undefined;
  return [
    {
      name: "block I/O is issued while all exporters count",
      async run() {
        const counting = [await exporters.examples(), await exporters.alternatives()];
        if (release.hasReferenceFunctions) counting.push(await exporters.reference());
        [examples, alternatives, reference] = await watch(counting, issue);
      },
    },
    {
      name: `examples/bio.yaml counts it, by alternative ${bio[0]}`,
      async run() {
        await assertRuns(await exporters.examples(), "bio", bio[0]);
        checkHistograms(examples, "", "vda");
      },
    },
    ...bio.map((alternative) => ({
      name: `examples/bio.yaml counts it, alternative ${alternative} by itself`,
      async run() {
        await assertRuns(await exporters.alternatives(), `bio_${alternative}`, 1);
        const knowsName = alternative < 3;
        const device = knowsName ? "vda" : diskNumber();
        checkHistograms(alternatives, `alternative_${alternative}_`, device);
      },
    })),
    ...(release.hasReferenceFunctions
      ? [{
        name: "the reference's bio.yaml loads, code unchanged, and counts it",
        run() {
          const latency = "ebpf_exporter_bio_latency_seconds_count";
          const isWrite = ({ operation }: Issued) => operation === "write";
          const sum = (issued: readonly Issued[]) =>
            issued.reduce((sum, { count }) => sum + count, 0);
          const writes = sum(ISSUED.filter(isWrite));
          // It knows two operations; what is no write is a read.
          const others = sum(ISSUED) - writes;
          const labels = { device: "vda" };
          assert.equal(reference!.of(latency, { ...labels, operation: "write" }), writes);
          assert.equal(reference!.of(latency, { ...labels, operation: "read" }), others);
          assert.equal(reference!.of(latency), writes + others);
        },
      }]
      : []),
  ];
}
