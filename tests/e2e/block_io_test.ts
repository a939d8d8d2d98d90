/** Real block I/O on a loop device: what the example counts is what was issued, by both ways that this kernel offers. */

import assert from "node:assert/strict";
import { parse, stringify } from "yaml";
import { type BlockDevice, openBlockDevice } from "./block_device.ts";
import {
  eventually,
  type ExporterProcess,
  seriesValue,
  startExporter,
  temporaryFolder,
} from "./exporter_process.ts";

const READS = 37;
const WRITES = 23;
const LARGE_READS = 5;
const KIB = 1024;

/** I/O whose requests are as large as its system calls: 4 KiB, and 64 KiB that is still one request. */
function makeIo(device: BlockDevice): void {
  device.read(4 * KIB, READS);
  device.write(8 * KIB, WRITES);
  device.read(64 * KIB, LARGE_READS);
}

interface Counts {
  readonly read: number;
  readonly write: number;
}

function counts(metrics: string, metric: string, device: string): Counts {
  const of = (operation: string) =>
    Number(
      seriesValue(
        metrics,
        `ebpf_exporter_${metric}_count{device="${device}",operation="${operation}"}`,
      ) ?? 0,
    );
  return { read: of("read"), write: of("write") };
}

/** Requests that are counted once the kernel has completed them, which may be a moment after dd has ended. */
async function countsOnceDone(exporter: ExporterProcess, device: string): Promise<string> {
  return await eventually("all requests are counted", async () => {
    const metrics = await exporter.get("/metrics");
    const { read, write } = counts(metrics, "bio_size_bytes", device);
    return read >= READS + LARGE_READS && write >= WRITES ? metrics : undefined;
  });
}

function assertIo(metrics: string, device: string): void {
  const expected = { read: READS + LARGE_READS, write: WRITES };
  assert.deepEqual(counts(metrics, "bio_latency_seconds", device), expected);
  assert.deepEqual(counts(metrics, "bio_size_bytes", device), expected);
  const upTo = (operation: string, limit: string) =>
    seriesValue(
      metrics,
      `ebpf_exporter_bio_size_bytes_bucket{device="${device}",operation="${operation}",le="${limit}"}`,
    );
  const all = (operation: string) =>
    ["1024", "2048", "4096", "8192", "16384", "32768", "65536", "131072", "262144", "+Inf"]
      .map((limit) => Number(upTo(operation, limit)));
  assert.deepEqual(all("read"), sizeBuckets([[4, READS], [64, LARGE_READS]]));
  assert.deepEqual(all("write"), sizeBuckets([[8, WRITES]]));
}

/** Cumulated counts of the buckets 0 to 8 and of all, by libbcc's `bpf_log2l`: 1 is in bucket 1, 2 and 3 in 2, 4 to 7 in 3. */
function sizeBuckets(requests: readonly (readonly [kib: number, count: number])[]): number[] {
  const bucketOf = (kib: number) => Math.floor(Math.log2(kib)) + 1;
  return Array.from(
    { length: 10 },
    (_, bucket) =>
      requests.filter(([kib]) => bucket === 9 || bucketOf(kib) <= bucket)
        .reduce((sum, [, count]) => sum + count, 0),
  );
}

Deno.test("block I/O by the example's raw tracepoints", async () => {
  using device = openBlockDevice();
  await using exporter = await startExporter(["--config", "bio"]);
  assert.match(exporter.log(), /raw_tracepoint:block_rq_issue/);
  makeIo(device);
  assertIo(await countsOnceDone(exporter, device.name), device.name);
});

Deno.test("block I/O by the example's tracepoints, which know the device by its number", async () => {
  using device = openBlockDevice();
  using folder = temporaryFolder();
  const config = parse(
    Deno.readTextFileSync(new URL("../../examples/bio.yaml", import.meta.url)),
  );
  const [program] = config.programs;
  program.alternatives = [program.alternatives.at(-1)];
  assert.ok(program.alternatives[0].tracepoints);
  Deno.writeTextFileSync(`${folder.path}/bio.yaml`, stringify(config));
  await using exporter = await startExporter(["--config", `${folder.path}/bio.yaml`]);
  makeIo(device);
  assertIo(await countsOnceDone(exporter, device.number), device.number);
});

Deno.test("without --config the block I/O example runs", async () => {
  using device = openBlockDevice();
  await using exporter = await startExporter([]);
  makeIo(device);
  assertIo(await countsOnceDone(exporter, device.name), device.name);
});
