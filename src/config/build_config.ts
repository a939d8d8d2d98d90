/** Makes the configuration of a program out of what the schema and the tree say; it must not check. */

import { PROBE_KEYS, rawTracepointName } from "./check_program.ts";
import { buildCodeBlock } from "./code_place.ts";
import type {
  AlternativeConfig,
  CounterConfig,
  DecoderConfig,
  HistogramConfig,
  LabelConfig,
  MetricConfig,
  ProbeConfig,
  ProbeKind,
  ProgramConfig,
} from "./config.ts";
import type {
  AlternativeEntry,
  CounterEntry,
  DecoderEntry,
  HistogramEntry,
  LabelEntry,
  ProgramEntry,
} from "./schema.ts";
import type { Source } from "./source.ts";
import { entryAt, itemsAt, type SourceNode, valueOffset } from "./source_node.ts";

const PROBE_KIND: Readonly<Record<typeof PROBE_KEYS[number], ProbeKind>> = {
  kprobes: "kprobe",
  kretprobes: "kretprobe",
  tracepoints: "tracepoint",
  raw_tracepoints: "raw_tracepoint",
};

/** The program of a source without problems: `entry` is what the schema made of `node`. */
export function buildProgram(source: Source, node: SourceNode, entry: ProgramEntry): ProgramConfig {
  const metrics = entryAt(node, "metrics")?.value;
  const counters = itemsAt(metrics, "counters");
  const histograms = itemsAt(metrics, "histograms");
  const alternatives = itemsAt(node, "alternatives");
  return {
    name: entry.name,
    place: placeAt(source, node, "name"),
    counters: (entry.metrics?.counters ?? []).map((counter, i) =>
      buildCounter(source, counters[i], counter)
    ),
    histograms: (entry.metrics?.histograms ?? []).map((histogram, i) =>
      buildHistogram(source, histograms[i], histogram)
    ),
    alternatives: entry.alternatives === undefined
      ? [buildAlternative(source, node, entry)]
      : entry.alternatives.map((alternative, i) =>
        buildAlternative(source, alternatives[i], alternative, node, entry)
      ),
  };
}

/** `outer` is the program: its code stands in for missing code, its flags and symbols come first. */
function buildAlternative(
  source: Source,
  node: SourceNode,
  entry: AlternativeEntry,
  outer?: SourceNode,
  outerEntry?: ProgramEntry,
): AlternativeConfig {
  const code = entryAt(entry.code === undefined ? outer : node, "code")?.value;
  const text = code?.kind === "scalar" ? code : undefined;
  return {
    place: placeAt(source, node, "name"),
    ...(entry.kernel === undefined ? {} : { kernel: entry.kernel }),
    probes: PROBE_KEYS.flatMap((key) => buildProbes(source, node, key)),
    code: text === undefined
      ? { text: "", file: source.file, segments: [] }
      : buildCodeBlock(source, text),
    cflags: [...outerEntry?.cflags ?? [], ...entry.cflags ?? []],
    kaddrs: [...new Set([...outerEntry?.kaddrs ?? [], ...entry.kaddrs ?? []])],
  };
}

function buildProbes(
  source: Source,
  node: SourceNode,
  key: typeof PROBE_KEYS[number],
): ProbeConfig[] {
  const probes = entryAt(node, key)?.value;
  if (probes?.kind !== "map") return [];
  return [...probes.entries].map(([name, { keyOffset, value }]) => ({
    kind: PROBE_KIND[key],
    name: key === "raw_tracepoints" ? rawTracepointName(name) : name,
    target: value.kind === "scalar" ? value.text : "",
    place: source.place(keyOffset),
  }));
}

function buildCounter(source: Source, node: SourceNode, entry: CounterEntry): CounterConfig {
  return { kind: "counter", ...buildMetric(source, node, entry) };
}

function buildHistogram(source: Source, node: SourceNode, entry: HistogramEntry): HistogramConfig {
  return {
    kind: "histogram",
    ...buildMetric(source, node, entry),
    bucketType: entry.bucket_type,
    bucketMultiplier: entry.bucket_multiplier || 1,
    bucketMin: entry.bucket_min,
    bucketMax: entry.bucket_max,
  };
}

function buildMetric(
  source: Source,
  node: SourceNode,
  entry: CounterEntry | HistogramEntry,
): MetricConfig {
  const labels = itemsAt(node, "labels");
  return {
    name: entry.name,
    help: entry.help,
    table: entry.table,
    labels: entry.labels.map((label, i) => buildLabel(source, labels[i], label)),
    place: placeAt(source, node, "name"),
    tablePlace: placeAt(source, node, "table"),
    labelsPlace: source.place(entryAt(node, "labels")?.keyOffset ?? node.offset),
  };
}

function buildLabel(source: Source, node: SourceNode, entry: LabelEntry): LabelConfig {
  const decoders = itemsAt(node, "decoders");
  return {
    name: entry.name,
    ...(entry.size === undefined ? {} : { size: entry.size }),
    ...(entry.padding === undefined ? {} : { padding: entry.padding }),
    decoders: entry.decoder === undefined
      ? (entry.decoders ?? []).map((decoder, i) => buildDecoder(source, decoders[i], decoder))
      : [{
        ...buildDecoder(source, node, { ...entry, name: entry.decoder }),
        place: placeAt(source, node, "decoder"),
      }],
    place: placeAt(source, node, "name"),
  };
}

function buildDecoder(source: Source, node: SourceNode, entry: DecoderEntry): DecoderConfig {
  const map = entryAt(node, "static_map") ?? entryAt(node, "static_decoder_map");
  return {
    name: entry.name === "uint64" ? "uint" : entry.name,
    // From the tree, since an object would put keys like 1 and 2 before the others.
    ...(map?.value.kind !== "map" ? {} : {
      staticMap: [...map.value.entries].map(([key, { value }]) =>
        [key, value.kind === "scalar" ? value.text : ""] as const
      ),
    }),
    ...(entry.allow_unknown === undefined ? {} : { allowUnknown: entry.allow_unknown }),
    ...(entry.regexps === undefined ? {} : { regexps: entry.regexps }),
    place: placeAt(source, node, "name"),
  };
}

/** The place of the value at a key, or of the map where it has no such key. */
function placeAt(source: Source, node: SourceNode, key: string) {
  return source.place(valueOffset(node, key));
}
