/** Which part of a key makes which label, by which decoders; it must know nothing of rows or series. */

import type { ConfigProblem, LabelConfig, MetricConfig } from "../config/config.ts";
import type { Decoder, DecoderContext } from "../decoders/decoder.ts";
import { buildDecoder } from "../decoders/registry.ts";
import { describeType, type FieldType, type TableField } from "../tables/field_type.ts";
import { describeKey, type TableLayout } from "../tables/table_layout.ts";

/** One label: a part of the key and the chain that makes text of it. */
export interface PlannedLabel {
  readonly name: string;
  readonly type: FieldType;
  /** Bytes from the start of the key. */
  readonly offset: number;
  readonly chain: readonly Decoder[];
}

/** The labels of a metric in the config's order (of a histogram with the bucket last), or what is wrong. */
export function buildLabelPlan(
  metric: MetricConfig,
  layout: TableLayout,
  context: DecoderContext,
): { labels: PlannedLabel[]; problems: ConfigProblem[] } {
  const parts = matchParts(metric, layout);
  if ("message" in parts) return { labels: [], problems: [parts] };
  const problems: ConfigProblem[] = [];
  const labels = metric.labels.map((label, index): PlannedLabel => {
    const { type, offset } = parts[index];
    const chain: Decoder[] = [];
    for (const config of label.decoders) {
      const decoder = buildDecoder(config, context);
      const refusal = typeof decoder === "string"
        ? decoder
        : chain.length === 0
        ? prefixed(metric, label, config.name, type, decoder.refusal(type))
        : undefined;
      if (refusal !== undefined) problems.push({ place: config.place, path: "", message: refusal });
      if (typeof decoder !== "string") chain.push(decoder);
    }
    return { name: label.name, type, offset, chain };
  });
  return { labels, problems };
}

type Part = Pick<TableField, "type" | "offset">;

function matchParts(metric: MetricConfig, layout: TableLayout): readonly Part[] | ConfigProblem {
  const { labels } = metric;
  const sized = labels.filter((label) => label.size !== undefined).length;
  if (sized > 0) {
    if (sized < labels.length) {
      return mismatch(
        metric,
        layout,
        "some labels have a size and some have none",
        "give every label a size or none",
      );
    }
    return cutBySizes(metric, layout);
  }
  if (labels.length === layout.fields.length) return layout.fields;
  if (labels.length === layout.flatFields.length) return layout.flatFields;
  // One number for the whole table: the one field of the key says nothing then.
  if (labels.length === 0 && layout.key.kind === "integer") return [];
  const fields = layout.fields.length;
  return mismatch(
    metric,
    layout,
    `${count(fields, "field")}, but the metric has ${count(labels.length, "label")}`,
    "name one label for each field, in the key's order",
  );
}

/** The dialect of version 1: the key's bytes are dealt out by the labels' sizes. */
function cutBySizes(metric: MetricConfig, layout: TableLayout): readonly Part[] | ConfigProblem {
  let offset = 0;
  const parts = metric.labels.map((label): Part => {
    const part = cutPart(label, offset, layout);
    offset += (label.size ?? 0) + (label.padding ?? 0);
    return part;
  });
  if (offset === layout.keySize) return parts;
  return mismatch(
    metric,
    layout,
    `${layout.keySize} bytes, but the sizes of the labels add up to ${offset}`,
    "give every byte of the key to a label, gaps by padding",
  );
}

function cutPart(label: LabelConfig, offset: number, layout: TableLayout): Part {
  const size = label.size ?? 0;
  // Without a decoder a label shows the field's raw text, for which its type has to be known.
  const field = label.decoders.length > 0
    ? undefined
    : layout.flatFields.find((candidate) =>
      candidate.offset === offset && candidate.type.size === size
    );
  return field ?? { type: { kind: "bytes", size }, offset };
}

function mismatch(
  metric: MetricConfig,
  layout: TableLayout,
  what: string,
  hint: string,
): ConfigProblem {
  const message =
    `the labels of "${metric.name}" do not match the key of table "${metric.table}", ` +
    `${describeKey(layout)}: ${what}`;
  return { place: metric.labelsPlace, path: "", message, hint };
}

function prefixed(
  metric: MetricConfig,
  label: LabelConfig,
  decoder: string,
  type: FieldType,
  refusal: string | undefined,
): string | undefined {
  return refusal && `the decoder "${decoder}" of label "${label.name}" of "${metric.name}" ` +
      `cannot decode ${describeType(type)}: ${refusal}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
