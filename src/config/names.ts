/** What names may look like, and the names that are not ours to use; it must not know YAML. */

/** Prometheus' rule for metric names, less the first character, which is the prefix's. */
export const METRIC_NAME = /^[a-zA-Z0-9_:]+$/;
/** Prometheus' rule for label names. */
export const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
/** A C identifier. */
export const C_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
/** A symbol of kallsyms: compilers add `.part.0`, `.isra.0`, `.constprop.0`. */
export const KERNEL_SYMBOL = /^[a-zA-Z_.$][a-zA-Z0-9_.$]*$/;
export const TRACEPOINT_NAME = /^[a-zA-Z0-9_]+:[a-zA-Z0-9_]+$/;
export const RAW_TRACEPOINT_NAME = /^(?:[a-zA-Z0-9_]+:)?[a-zA-Z0-9_]+$/;

/** Metrics about the exporter itself, without the prefix: a table's metric cannot have these names. */
export const OWN_METRICS: readonly string[] = [
  "build_info",
  "decoder_errors_total",
  "ebpf_programs",
  "enabled_programs",
  "metric_exported",
  "metric_series",
  "probe_attached",
  "program_alternative_info",
  "scrape_duration_seconds",
  "scrape_success",
];

/** The decoders; `uint64` is the name of `uint` before version 1 of the original. */
export const DECODERS = ["ksym", "regexp", "static_map", "string", "uint", "uint64"] as const;

/** Decoders of the original's later versions. */
export const DECODERS_OF_OTHERS: readonly string[] = [
  "cgroup",
  "dname",
  "errno",
  "hex",
  "ifname",
  "inet_ip",
  "kstack",
  "majorminor",
  "pci_class",
  "pci_device",
  "pci_subclass",
  "pci_vendor",
  "syscall",
];

/** For each option of a decoder, the decoder that takes it. */
export const DECODER_OF_OPTION: Readonly<Record<string, string>> = {
  allow_unknown: "static_map",
  regexps: "regexp",
  static_decoder_map: "static_map",
  static_map: "static_map",
};

/** Kinds of buckets of the original's later versions. */
export const BUCKET_TYPES_OF_OTHERS: readonly string[] = ["exp2zero", "fixed"];

/** Keys of the original's configs, of whatever version, that this exporter does not know yet. */
export const KEYS_OF_OTHERS: Readonly<Record<string, string>> = {
  bucket_keys: "it belongs to the bucket type fixed, use exp2 or linear",
  cgroup_id_map: "it belongs to configs for precompiled programs",
  flush_interval: "it belongs to configs for precompiled programs",
  metrics: "configs for precompiled programs cannot be read, give programs with their code",
  perf_event_array: "it belongs to configs for precompiled programs",
  perf_events: "use kprobes, kretprobes, tracepoints or raw_tracepoints",
  perf_map: "count in a table and give table",
  perf_map_flush_duration: "it belongs to perf_map",
  tracing: "it belongs to configs for precompiled programs",
};
