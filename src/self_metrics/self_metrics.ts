/**
 * The exporter's metrics of itself, kept by prom-client, whose only importer this is. It knows the
 * names of programs, probes and metrics, and nothing of what they do.
 */

import type * as prom from "prom-client";
// The package's index loads its cluster and default collectors too: 8 MB more.
import CounterModule from "prom-client/lib/counter.js";
import GaugeModule from "prom-client/lib/gauge.js";
import RegistryModule from "prom-client/lib/registry.js";
import type { FamilyType } from "../exposition/family_header.ts";
import type { TextFormat } from "../exposition/text_format.ts";
import { buildFamilyText, type FamilyText } from "./family_text.ts";
import { type ProcessUsage, readBootSeconds, readProcessUsage } from "./process_usage.ts";

const Counter: typeof prom.Counter = CounterModule;
const Gauge: typeof prom.Gauge = GaugeModule;
const Registry: typeof prom.Registry = RegistryModule;

export interface SelfMetricsOptions {
  readonly version: string;
  readonly denoVersion: string;
  readonly platform: string;
  /** What to read instead of `/proc`. */
  readonly procDirectory?: string;
}

export interface FunctionMetric {
  readonly name: string;
  /** The kernel's tag of the loaded function, hexadecimal. */
  readonly tag: string;
}

export interface ProbeMetric {
  readonly kind: string;
  readonly probe: string;
  readonly function: string;
  readonly attached: boolean;
}

export interface DecoderErrors {
  readonly program: string;
  readonly metric: string;
  readonly label: string;
  readonly decoder: string;
  /** Since the start; a value less than the one before counts from 0 again. */
  readonly total: number;
}

/** Setters take the place of what was set before for the same program or metric. */
export interface SelfMetrics {
  /** Whether a program of the config runs. */
  setProgram(program: string, enabled: boolean): void;
  /** Which alternative of a program runs: its number from 1, and how many there are. */
  setAlternative(program: string, alternative: number, alternatives: number): void;
  setFunctions(program: string, functions: readonly FunctionMetric[]): void;
  setProbes(program: string, probes: readonly ProbeMetric[]): void;
  /** Whether a metric of the config (its full name) fits its table, so that it is exported. */
  setMetricExported(program: string, metric: string, exported: boolean): void;
  /** Counts that are given once go on being shown. */
  setDecoderErrors(errors: DecoderErrors): void;
  /** How the last reading of a program's tables went. */
  setScrape(program: string, durationSeconds: number, success: boolean): void;
  /** How many series a metric (its full name) had at the last scrape. */
  setMetricSeries(metric: string, series: number): void;
  /** All families that have samples, sorted by name; reads `/proc` now. */
  families(format: TextFormat): Promise<FamilyText[]>;
}

/** Opens a registry of its own: the library's global one stays empty. */
export function openSelfMetrics(options: SelfMetricsOptions): SelfMetrics {
  const registry = new Registry();
  const registers = [registry];
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers });

  const { version, denoVersion, platform } = options;
  gauge(
    "ebpf_exporter_build_info",
    "What this exporter was built from and runs on; always 1",
    ["version", "denoversion", "platform"],
  ).set({ version, denoversion: denoVersion, platform }, 1);
  const enabledPrograms = gauge(
    "ebpf_exporter_enabled_programs",
    "The set of enabled programs: 1 if the program runs, 0 if it failed",
    ["name"],
  );
  const alternativeInfo = gauge(
    "ebpf_exporter_program_alternative_info",
    "Which alternative of a program runs, counted from 1; always 1",
    ["program", "alternative", "alternatives"],
  );
  const programFunctions = gauge(
    "ebpf_exporter_ebpf_programs",
    "Info about ebpf programs: the loaded functions and their tags; always 1",
    ["program", "function", "tag"],
  );
  const probeAttached = gauge(
    "ebpf_exporter_probe_attached",
    "Whether a probe is attached (1) or not (0)",
    ["program", "kind", "probe", "function"],
  );
  const metricExported = gauge(
    "ebpf_exporter_metric_exported",
    "Whether a metric of a running program is exported (1) or left out for what its table is (0)",
    ["program", "metric"],
  );
  const scrapeDuration = gauge(
    "ebpf_exporter_scrape_duration_seconds",
    "How long the last reading of a program's tables took",
    ["program"],
  );
  const scrapeSuccess = gauge(
    "ebpf_exporter_scrape_success",
    "Whether the last reading of a program's tables read all of them (1) or not (0)",
    ["program"],
  );
  const metricSeries = gauge(
    "ebpf_exporter_metric_series",
    "How many series a metric had at the last scrape",
    ["metric"],
  );
  const decoderErrors = new Counter({
    name: "ebpf_exporter_decoder_errors_total",
    help: "How many times decoders encountered errors; each time a row was left out",
    labelNames: ["program", "metric", "label", "decoder"],
    registers,
  });
  const decoderTotals = new Map<string, number>();
  const refreshProcess = openProcessMetrics(registers, options.procDirectory ?? "/proc");

  return {
    setProgram: (program, enabled) => enabledPrograms.set({ name: program }, Number(enabled)),
    setAlternative(program, alternative, alternatives) {
      replaceSeries(alternativeInfo, program, [[{ alternative, alternatives }, 1]]);
    },
    setFunctions(program, functions) {
      replaceSeries(
        programFunctions,
        program,
        functions.map(({ name, tag }) => [{ function: name, tag }, 1]),
      );
    },
    setProbes(program, probes) {
      replaceSeries(
        probeAttached,
        program,
        probes.map(({ attached, ...labels }) => [labels, Number(attached)]),
      );
    },
    setDecoderErrors({ program, metric, label, decoder, total }) {
      const key = JSON.stringify([program, metric, label, decoder]);
      const before = decoderTotals.get(key) ?? 0;
      decoderTotals.set(key, total);
      const added = total < before ? total : total - before;
      decoderErrors.inc({ program, metric, label, decoder }, added);
    },
    setScrape(program, durationSeconds, success) {
      scrapeDuration.set({ program }, durationSeconds);
      scrapeSuccess.set({ program }, Number(success));
    },
    setMetricExported: (program, metric, exported) =>
      metricExported.set({ program, metric }, Number(exported)),
    setMetricSeries: (metric, series) => metricSeries.set({ metric }, series),
    async families(format) {
      refreshProcess();
      return (await registry.getMetricsAsJSON())
        .filter(({ values }) => values.length > 0)
        // The typings have types as an enum, the values are their names.
        .map((family) => ({ ...family, type: String(family.type) as FamilyType }))
        .map((family) => buildFamilyText(family, format))
        .sort((a, b) => a.name < b.name ? -1 : 1);
    },
  };
}

type Labels = Readonly<Record<string, string | number>>;

/** Series that `replaceSeries` has set, by family and program. */
const placed = new WeakMap<prom.Gauge, Map<string, Labels[]>>();

/** Sets all series that a program has in a family, and takes away those that it has no more. */
function replaceSeries(
  family: prom.Gauge,
  program: string,
  series: readonly (readonly [Labels, number])[],
): void {
  const byProgram = placed.get(family) ?? new Map<string, Labels[]>();
  placed.set(family, byProgram);
  for (const labels of byProgram.get(program) ?? []) family.remove(labels);
  byProgram.set(
    program,
    series.map(([own, value]) => {
      const labels = { program, ...own };
      family.set(labels, value);
      return labels;
    }),
  );
}

/**
 * The metrics that Prometheus' client libraries have of every process, with their names and help.
 *
 * @returns what brings them up to date; a value that cannot be read is left out.
 */
function openProcessMetrics(registers: prom.Registry[], procDirectory: string): () => void {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  const cpu = new Counter({
    name: "process_cpu_seconds_total",
    help: "Total user and system CPU time spent in seconds.",
    registers,
  });
  const gauges: Record<Exclude<keyof ProcessUsage, "cpuSeconds">, prom.Gauge> = {
    openFds: gauge("process_open_fds", "Number of open file descriptors."),
    maxFds: gauge("process_max_fds", "Maximum number of open file descriptors."),
    residentBytes: gauge("process_resident_memory_bytes", "Resident memory size in bytes."),
    virtualBytes: gauge("process_virtual_memory_bytes", "Virtual memory size in bytes."),
    virtualMaxBytes: gauge(
      "process_virtual_memory_max_bytes",
      "Maximum amount of virtual memory available in bytes.",
    ),
    startSeconds: gauge(
      "process_start_time_seconds",
      "Start time of the process since unix epoch in seconds.",
    ),
  };
  // The host's `stat` is long on large machines, and its boot time does not change.
  let bootSeconds: number | undefined;
  return () => {
    bootSeconds ??= readBootSeconds(procDirectory);
    const usage = readProcessUsage(`${procDirectory}/self`, bootSeconds);
    cpu.remove();
    if (usage.cpuSeconds !== undefined) cpu.inc(usage.cpuSeconds);
    for (const [key, one] of Object.entries(gauges)) {
      const value = usage[key as keyof ProcessUsage];
      if (value === undefined) one.remove();
      else one.set(value);
    }
  };
}
