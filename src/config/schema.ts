/** The schema of a configuration: types, defaults, single values; it must not look at two values. */

import { z } from "zod";
import {
  BUCKET_TYPES_OF_OTHERS,
  C_NAME,
  DECODERS,
  DECODERS_OF_OTHERS,
  KERNEL_SYMBOL,
  LABEL_NAME,
  METRIC_NAME,
  RAW_TRACEPOINT_NAME,
  TRACEPOINT_NAME,
} from "./names.ts";
import { nearestName } from "./nearest.ts";
import { parseNumber, parseTruth } from "./plain_scalar.ts";
import { PlainScalar } from "./plain_value.ts";
import { quote, quoteList } from "./problem.ts";

const asText = (value: unknown) => value instanceof PlainScalar ? value.text : value;
const asNumber = (value: unknown) => value instanceof PlainScalar ? parseNumber(value.text) : value;
const asTruth = (value: unknown) => value instanceof PlainScalar ? parseTruth(value.text) : value;
/** Nothing after a colon is the same as no such key. */
const withoutNulls = (value: unknown) => {
  if (value instanceof PlainScalar && value.isNull) return {};
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  if (value instanceof PlainScalar) return value.text;
  return Object.fromEntries(
    Object.entries(value).filter(([, entry]) => !(entry instanceof PlainScalar && entry.isNull)),
  );
};

const text = () => z.preprocess(asText, z.string().min(1, "found an empty text"));
const anyText = () => z.preprocess(asText, z.string());
const wholeNumber = (lowest: number, highest: number) =>
  z.preprocess(
    asNumber,
    z.int(`expected a whole number`).min(lowest, `expected at least ${lowest}`)
      .max(highest, `expected at most ${highest}`),
  );
const truth = () => z.preprocess(asTruth, z.boolean());
const list = <T extends z.ZodType>(item: T) => z.preprocess(asText, z.array(item));
const record = <T extends z.ZodType>(value: T) => z.preprocess(asText, z.record(z.string(), value));
const struct = <T extends z.ZodRawShape>(shape: T) =>
  z.preprocess(withoutNulls, z.strictObject(shape));

/** Text that a pattern decides on. `what` completes "expected …". */
const named = (pattern: RegExp, what: string) =>
  z.preprocess(
    asText,
    z.string().regex(pattern, {
      error: ({ input }) => `found ${quote(String(input))}, expected ${what}`,
    }),
  );
/** One of a few words; others that the original knows get an answer of their own. */
const oneOf = <const T extends readonly [string, ...string[]]>(
  words: T,
  others: readonly string[],
  what: string,
) =>
  z.preprocess(
    asText,
    z.enum(words, {
      error: ({ input }) =>
        typeof input === "string"
          ? unknownWord(input, words, others, what)
          : `found no text, expected ${quoteList(words)}`,
    }),
  );

function unknownWord(
  word: string,
  words: readonly string[],
  others: readonly string[],
  what: string,
): string {
  if (others.includes(word)) return `${what} ${quote(word)} is not supported by this version`;
  const nearest = nearestName(word, words);
  return `unknown ${what} ${quote(word)}, ` +
    (nearest === undefined ? `expected ${quoteList(words)}` : `did you mean ${quote(nearest)}`);
}

const decoderName = () => oneOf(DECODERS, DECODERS_OF_OTHERS, "decoder");
const staticMap = () => record(anyText());

const decoder = struct({
  name: decoderName().describe("What the decoder makes of its input"),
  static_map: staticMap().optional()
    .describe("For static_map: from the input's text, as it is written here, to the label's value"),
  static_decoder_map: staticMap().optional().describe("An older name of static_map"),
  allow_unknown: truth().optional()
    .describe("For static_map: inputs that are not in the map stay as they are"),
  regexps: list(text()).optional()
    .describe("For regexp: patterns in Go's syntax; where none matches, the label set is dropped"),
}).describe("One step from a field's bytes to a label's value");

const label = struct({
  name: named(LABEL_NAME, "a label name of letters, digits and _, not beginning with a digit")
    .describe("Name of the label; a histogram's last label is the bucket and is not exported"),
  size: wholeNumber(1, 65_536).optional()
    .describe("Bytes of the key that belong to the label, padding included; all labels or none"),
  padding: wholeNumber(0, 65_536).optional().describe("Bytes after size that are skipped"),
  decoders: list(decoder).optional().describe("Decoders, each given what the one before made"),
  decoder: decoderName().optional().describe("Short for decoders with this one"),
  static_decoder_map: staticMap().optional().describe("The map, for decoder: static_map"),
}).describe("A field of the table's key and the label that it becomes");

const metric = {
  name: named(METRIC_NAME, "a metric name of letters, digits, _ and :")
    .describe("Name of the metric, without the prefix ebpf_exporter_"),
  help: anyText().default("").describe("The metric's HELP text"),
  table: named(C_NAME, "the name of a table in the code")
    .describe("The table in the code that holds the values"),
};

const counter = struct({
  ...metric,
  labels: list(label).default([]).describe("One label for each field of the key, in order"),
}).describe("A counter for each key of the table");

const LARGEST = Number.MAX_SAFE_INTEGER;
const histogram = struct({
  ...metric,
  bucket_type: oneOf(["exp2", "linear"], BUCKET_TYPES_OF_OTHERS, "bucket type")
    .describe("exp2: a bucket's upper bound is 2^key × multiplier; linear: key × multiplier"),
  bucket_min: wholeNumber(-LARGEST, LARGEST).default(0).describe("The first bucket's key"),
  bucket_max: wholeNumber(-LARGEST, LARGEST).describe("The last bucket's key"),
  bucket_multiplier: z.preprocess(
    asNumber,
    z.number("expected a finite number").nonnegative("expected a number of at least 0"),
  ).default(1).describe("From the table's unit to the metric's, e.g. 0.000001; 0 is the same as 1"),
  labels: list(label).default([])
    .describe("One label for each field of the key, in order; the last one is the bucket"),
}).describe("A histogram for each key of the table but for its last field");

const target = () => named(C_NAME, "the name of a function in the code");
const probes = (pattern: RegExp, what: string) =>
  z.preprocess(
    asText,
    z.record(z.string(), target()).superRefine((entries, context) => {
      for (const name of Object.keys(entries)) {
        if (!pattern.test(name)) {
          context.addIssue({
            code: "custom",
            path: [name],
            message: `found ${quote(name)}, expected ${what}`,
            params: { atKey: true },
          });
        }
      }
    }),
  ).optional();

const runnable = {
  kprobes: probes(KERNEL_SYMBOL, "the name of a kernel function")
    .describe("Kernel functions and the function of the code to run when they are entered"),
  kretprobes: probes(KERNEL_SYMBOL, "the name of a kernel function")
    .describe("Kernel functions and the function of the code to run when they return"),
  tracepoints: probes(TRACEPOINT_NAME, "category:name of a tracepoint")
    .describe("Tracepoints as category:name and the function of the code to run"),
  raw_tracepoints: probes(RAW_TRACEPOINT_NAME, "name or category:name of a tracepoint")
    .describe(
      "Tracepoints as name or category:name and the function that gets their raw arguments",
    ),
  code: text().optional().describe("C code for BCC: tables and functions"),
  cflags: list(text()).optional().describe("Flags for the C compiler"),
  kaddrs: list(named(KERNEL_SYMBOL, "the name of a kernel symbol")).optional()
    .describe("Kernel symbols whose addresses the code sees as kaddr_NAME"),
};

const alternative = struct({
  kernel: text().optional().describe("The kernels it is for, e.g. >=5.8 <6.6"),
  ...runnable,
}).describe("One way to run the program; what it leaves out of code is the program's");

const program = struct({
  name: text().describe("Name of the program"),
  metrics: struct({
    counters: list(counter).optional(),
    histograms: list(histogram).optional(),
  }).optional().describe("What to export from the tables"),
  ...runnable,
  alternatives: list(alternative).optional()
    .describe("Ways to run the program: the first that compiles, loads and attaches is used"),
}).describe("Code that runs in the kernel, where it runs, and the metrics in its tables");

/** A document with `programs:` on top. */
export const documentSchema = struct({
  programs: list(program).describe("The programs to run"),
});

/** Each kind of map that a document can hold, by the word that messages use for it. */
export const structs = {
  document: documentSchema,
  program,
  alternative,
  counter,
  histogram,
  label,
  decoder,
} as const;

/** A document as the original's reference prints it, `- programs:`. */
export const documentListSchema = z.array(documentSchema);

export type DocumentConfig = z.output<typeof documentSchema>;
export type ProgramEntry = DocumentConfig["programs"][number];
export type AlternativeEntry = NonNullable<ProgramEntry["alternatives"]>[number];
export type HistogramEntry = NonNullable<
  NonNullable<ProgramEntry["metrics"]>["histograms"]
>[number];
export type CounterEntry = NonNullable<NonNullable<ProgramEntry["metrics"]>["counters"]>[number];
export type LabelEntry = CounterEntry["labels"][number];
export type DecoderEntry = NonNullable<LabelEntry["decoders"]>[number];
