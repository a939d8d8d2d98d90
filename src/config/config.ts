/**
 * The checked configuration as plain data. It crosses a process boundary as JSON, so it holds no
 * maps, bigints or functions, and it must know nothing of the kernel or of libbcc.
 */

/** A place in a file as editors count: line and column start at 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong with a configuration, and where. */
export interface ConfigProblem {
  readonly place: Place;
  /** Where in the document, e.g. `programs[0].metrics.counters[1].labels`; "" when no node is meant. */
  readonly path: string;
  /** What was found and what is expected; one sentence, no period. */
  readonly message: string;
  /** The remedy, if one is known; one sentence, no period. */
  readonly hint?: string;
  /** The text of the line that `place` names, without its line break. */
  readonly sourceLine?: string;
}

/** All programs of all configuration files, in the order of the files. */
export interface Config {
  readonly programs: readonly ProgramConfig[];
}

/** One entry of `programs:`. */
export interface ProgramConfig {
  readonly name: string;
  readonly place: Place;
  readonly counters: readonly CounterConfig[];
  readonly histograms: readonly HistogramConfig[];
  /** What may be run, tried in order; a program without `alternatives:` has exactly one. */
  readonly alternatives: readonly AlternativeConfig[];
}

/** One way to run a program: probes and the code that they run. */
export interface AlternativeConfig {
  readonly place: Place;
  /** The kernels it is for, e.g. `>=5.8 <6.6`; absent: every kernel. */
  readonly kernel?: string;
  readonly probes: readonly ProbeConfig[];
  readonly code: CodeBlock;
  readonly cflags: readonly string[];
  /** Kernel symbols whose addresses the code sees as `kaddr_NAME`. */
  readonly kaddrs: readonly string[];
}

export type ProbeKind = "kprobe" | "kretprobe" | "tracepoint" | "raw_tracepoint";

/** A place in the kernel and the function of the code that runs there. */
export interface ProbeConfig {
  readonly kind: ProbeKind;
  /** A kernel function, `category:name` of a tracepoint, or the bare name of a raw tracepoint. */
  readonly name: string;
  /** The function in the code. */
  readonly target: string;
  readonly place: Place;
}

/** C code as it was written in a YAML scalar, with what maps its lines back into the file. */
export interface CodeBlock {
  readonly text: string;
  readonly file: string;
  /**
   * `[code line, code column, file line, file column]`, ascending, all from 1: from that code position
   * to the next entry of the same code line, columns run in parallel.
   */
  readonly segments: readonly (readonly [number, number, number, number])[];
}

/** What counters and histograms have in common. */
export interface MetricConfig {
  /** Without the `ebpf_exporter_` prefix. */
  readonly name: string;
  readonly help: string;
  readonly table: string;
  readonly labels: readonly LabelConfig[];
  readonly place: Place;
  readonly tablePlace: Place;
  readonly labelsPlace: Place;
}

export interface CounterConfig extends MetricConfig {
  readonly kind: "counter";
}

export interface HistogramConfig extends MetricConfig {
  readonly kind: "histogram";
  readonly bucketType: "exp2" | "linear";
  /** Above 0: a 0 in the file is 1 here, as for the original. */
  readonly bucketMultiplier: number;
  readonly bucketMin: number;
  readonly bucketMax: number;
}

export interface LabelConfig {
  readonly name: string;
  /** Bytes of the key that this label takes, padding included; absent: one field of the key. */
  readonly size?: number;
  /** Bytes after `size` that are skipped. */
  readonly padding?: number;
  readonly decoders: readonly DecoderConfig[];
  readonly place: Place;
}

/** One decoder of a chain with its options; which options a name takes is the schema's matter. */
export interface DecoderConfig {
  /** As in the registry of decoders: `uint64` is written `uint` here. */
  readonly name: string;
  /** `static_map`: keys as their source text, in order. */
  readonly staticMap?: readonly (readonly [string, string])[];
  readonly allowUnknown?: boolean;
  readonly regexps?: readonly string[];
  readonly place: Place;
}
