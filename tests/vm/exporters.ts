/** The exporters that the guest's cases look at; each is started when a case first asks for it, and all count at once. */

import assert from "node:assert/strict";
import { type ExporterProcess, startExporter, temporaryFolder } from "../e2e/exporter_process.ts";
import { readReference } from "../reference.ts";
import { separateAlternatives } from "./example_alternatives.ts";
import { probePrograms } from "./probe_programs.ts";
import type { Release } from "./releases.ts";
import { sumSeries } from "./series.ts";

const EXAMPLES = new URL("../../examples/", import.meta.url).pathname;

export interface Exporters extends AsyncDisposable {
  /** All examples as they are, types from the kernel's headers where clang understands them. */
  examples(): Promise<ExporterProcess>;
  /** Each alternative of the examples by itself, and programs of the tests; types from BTF. */
  alternatives(): Promise<ExporterProcess>;
  /** The reference's page cache as it is, its block I/O with one probe's name replaced. */
  reference(): Promise<ExporterProcess>;
  /** Those that have been started. */
  running(): readonly ExporterProcess[];
}

/** Fails with the exporter's log unless that alternative of the program runs. */
export async function assertRuns(
  exporter: ExporterProcess,
  program: string,
  alternative: number,
): Promise<void> {
  const labels = { program, alternative: String(alternative) };
  const metrics = await exporter.get("/metrics");
  const running = sumSeries(metrics, "ebpf_exporter_program_alternative_info", labels);
  assert.equal(
    running,
    1,
    `${program} does not run, or by another alternative:\n${exporter.log()}`,
  );
}

/** `/metrics` of two moments, and what grew between them. */
export interface Growth {
  readonly before: string;
  readonly after: string;
  /** By how much the sum of the series of that name with these labels grew. */
  of(name: string, labels?: Readonly<Record<string, string>>): number;
}

/** Scrapes `exporters`, does `work`, and scrapes them again; the answers are in the same order. */
export async function watch(
  exporters: readonly ExporterProcess[],
  work: () => void | Promise<void>,
): Promise<Growth[]> {
  const scrape = () => Promise.all(exporters.map((exporter) => exporter.get("/metrics")));
  const first = await scrape();
  await work();
  const second = await scrape();
  return first.map((before, index) => {
    const after = second[index];
    return {
      before,
      after,
      of: (name, labels) => sumSeries(after, name, labels) - sumSeries(before, name, labels),
    };
  });
}

/** The probe of the reference's block I/O that no kernel since 5.8 has; the argument after the request is another. */
const GONE_PROBE = "      blk_account_io_completion:";

/** The slowest guest compiles everything at once on two slow CPUs. */
const PATIENCE = "--compile.timeout=10m";

/** `f`, called once at most. */
function once<T>(f: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: f() }).value;
}

/** Opens nothing yet; disposing ends what was started. */
export function openExporters(release: Release): Exporters {
  const folder = temporaryFolder();
  const write = (name: string, text: string) => {
    Deno.writeTextFileSync(`${folder.path}/${name}`, text);
    return `${folder.path}/${name}`;
  };
  const started: ExporterProcess[] = [];
  const start = async (...args: string[]) => {
    const exporter = await startExporter([PATIENCE, ...args]);
    started.push(exporter);
    return exporter;
  };
  return {
    examples: once(() => start(`--kernel.types=${release.kernelTypes}`, "--config", EXAMPLES)),
    alternatives: once(() => {
      const programs = [
        ...["bio", "cachestat", "timers"].flatMap(separateAlternatives),
        ...probePrograms(),
      ];
      return start(
        "--kernel.types=btf",
        "--config",
        write("alternatives.yaml", JSON.stringify({ programs }, null, 2)),
      );
    }),
    reference: once(() => {
      const [cachestat, bio] = ["cachestat.yaml", "bio.yaml"].map((name) => {
        const text = readReference(name);
        if (text === undefined) throw new Error(`there is no ${name}`);
        return text;
      });
      assert.ok(bio.includes(GONE_PROBE));
      return start(
        "--config",
        write("cachestat.yaml", cachestat),
        "--config",
        write("bio.yaml", bio.replace(GONE_PROBE, "      blk_mq_end_request:")),
      );
    }),
    running: () => started,
    async [Symbol.asyncDispose]() {
      for (const exporter of started) await exporter[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}
