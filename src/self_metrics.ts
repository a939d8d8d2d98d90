/**
 * The exporter's metrics of itself, kept by prom-client, whose only importer this is. It knows the
 * names of programs, probes and metrics, and nothing of what they do.
 */

import type * as prom from "prom-client";
// The package's index loads its cluster and default collectors too: 8 MB more.
import CounterModule from "prom-client/lib/counter.js";
import GaugeModule from "prom-client/lib/gauge.js";
import RegistryModule from "prom-client/lib/registry.js";
import { escapeHelp, escapeLabelValue } from "./exposition/escape.ts";
import type { TextFormat } from "./exposition/family_header.ts";
import { formatGoFloat, formatOpenMetricsFloat } from "./exposition/go_float.ts";

const Counter: typeof prom.Counter = CounterModule;
const Gauge: typeof prom.Gauge = GaugeModule;
const Registry: typeof prom.Registry = RegistryModule;

/** One metric family as text, ready to stand between others in the order of their names. */
export interface FamilyText {
  /** As the format names it: OpenMetrics leaves out a counter's `_total`. */
  readonly name: string;
  /** HELP, TYPE and all samples, each line with its line break. */
  readonly text: string;
}

export interface SelfMetricsOptions {
  readonly version: string;
  readonly revision?: string;
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

  const { version, revision, denoVersion, platform } = options;
  gauge(
    "ebpf_exporter_build_info",
    "What this exporter was built from and runs on; always 1",
    ["version", "revision", "denoversion", "platform"],
  ).set({
    version,
    ...(revision === undefined ? {} : { revision }),
    denoversion: denoVersion,
    platform,
  }, 1);
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
      const families: FamilyText[] = [];
      for (const family of await registry.getMetricsAsJSON()) {
        if (family.values.length > 0) families.push(writeFamily(family, format));
      }
      return families.sort((a, b) => compareText(a.name, b.name));
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

interface ProcessUsage {
  readonly cpuSeconds: number | undefined;
  readonly openFds: number | undefined;
  readonly maxFds: number | undefined;
  readonly residentBytes: number | undefined;
  readonly virtualBytes: number | undefined;
  readonly virtualMaxBytes: number | undefined;
  readonly startSeconds: number | undefined;
}

/** USER_HZ, in which `/proc` counts: 100 on every architecture that Deno runs on (proc_pid_stat(5)). */
const TICKS_PER_SECOND = 100;

/** Reads proc_pid_stat(5), proc_pid_status(5), proc_pid_limits(5) and proc_pid_fd(5). */
function readProcessUsage(directory: string, bootSeconds: number | undefined): ProcessUsage {
  // The second field is the command in parentheses, with any bytes; the third follows the last one.
  const stat = readText(`${directory}/stat`);
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
  const field = (number: number) => finite(fields[number - 3]);
  const ticks = [field(14), field(15)];
  const startTicks = field(22);
  // `status` has memory in kB: no page size to be known.
  const status = readText(`${directory}/status`) ?? "";
  const kilobytes = (name: string) =>
    scaled(finite(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]), 1024);
  const limits = readText(`${directory}/limits`) ?? "";
  // client_golang shows "unlimited" as the largest uint64.
  const limit = (name: string) => {
    const soft = new RegExp(`^${name}\\s+(\\S+)`, "m").exec(limits)?.[1];
    return soft === "unlimited" ? 2 ** 64 : finite(soft);
  };
  return {
    cpuSeconds: ticks[0] === undefined || ticks[1] === undefined
      ? undefined
      : (ticks[0] + ticks[1]) / TICKS_PER_SECOND,
    openFds: countFds(`${directory}/fd`),
    maxFds: limit("Max open files"),
    residentBytes: kilobytes("VmRSS"),
    virtualBytes: kilobytes("VmSize"),
    virtualMaxBytes: limit("Max address space"),
    startSeconds: startTicks === undefined || bootSeconds === undefined
      ? undefined
      : bootSeconds + startTicks / TICKS_PER_SECOND,
  };
}

function readBootSeconds(procDirectory: string): number | undefined {
  return finite(/^btime (\d+)/m.exec(readText(`${procDirectory}/stat`) ?? "")?.[1]);
}

/** Without the one by which the directory itself is read. */
function countFds(directory: string): number | undefined {
  try {
    return [...Deno.readDirSync(directory)].length - 1;
  } catch {
    return undefined;
  }
}

/** Synchronous: `/proc` does not wait for a disk, and a thread pool costs more than the read. */
function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}

function finite(text: string | undefined): number | undefined {
  const value = Number(text);
  return text === undefined || text === "" || !Number.isFinite(value) ? undefined : value;
}

function scaled(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : value * factor;
}

/**
 * One family as client_golang prints it: labels by name, series by label values. The library's own
 * text has labels and series as they were set, and numbers as JavaScript writes them.
 */
function writeFamily(
  { name, help, type, values }: prom.MetricObjectWithValues<prom.MetricValue<string>>,
  format: TextFormat,
): FamilyText {
  const openmetrics = format === "openmetrics";
  const formatValue = openmetrics ? formatOpenMetricsFloat : formatGoFloat;
  // The typings have types as an enum, the values are their names.
  const typeName = String(type);
  const familyName = openmetrics && typeName === "counter" ? name.replace(/_total$/, "") : name;
  const series = values.map(({ labels, value }) => ({
    labels: Object.entries(labels)
      .map(([label, text]): [string, string] => [label, String(text)])
      .sort(([a], [b]) => compareText(a, b)),
    value,
  }));
  series.sort((a, b) => compareLabels(a.labels, b.labels));
  let text = `# HELP ${familyName} ${escapeHelp(help, format)}\n`;
  text += `# TYPE ${familyName} ${typeName}\n`;
  for (const { labels, value } of series) {
    const pairs = labels.map(([label, labelText]) => `${label}="${escapeLabelValue(labelText)}"`);
    const braces = pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
    text += `${name}${braces} ${formatValue(value)}\n`;
  }
  return { name: familyName, text };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

type LabelPairs = readonly (readonly [string, string])[];

function compareLabels(a: LabelPairs, b: LabelPairs): number {
  for (let at = 0; at < a.length && at < b.length; at++) {
    const order = compareText(a[at][1], b[at][1]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}
