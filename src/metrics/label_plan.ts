/** Which part of a key makes which label, by which decoders; it must know nothing of rows or series. */

import type { ConfigProblem, MetricConfig } from "../config/config.ts";
import type { Decoder, DecoderContext } from "../decoders/decoder.ts";
import { buildDecoder } from "../decoders/registry.ts";
import { describeType, type FieldType, type TableField } from "../tables/field_type.ts";
import type { TableReader } from "../tables/table_reader.ts";
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
  { layout, maxEntries }: Pick<TableReader, "layout" | "maxEntries">,
  context: DecoderContext,
): { labels: PlannedLabel[]; problems: ConfigProblem[] } {
  const parts = matchParts(metric, layout, maxEntries);
  if ("message" in parts) return { labels: [], problems: [parts] };
  const problems: ConfigProblem[] = [];
  const labels = metric.labels.map((label, index): PlannedLabel => {
    const { type, offset } = parts[index];
    const chain = label.decoders.map((config) => buildDecoder(config, context));
    // Only the first of a chain gets the field; the others get text, which none refuses.
    const refusal = chain[0]?.refusal(type);
    if (refusal !== undefined) {
      problems.push({
        place: label.decoders[0].place,
        path: "",
        message: `the decoder "${chain[0].name}" of label "${label.name}" of "${metric.name}" ` +
          `cannot decode ${describeType(type)}: ${refusal}`,
      });
    }
    return { name: label.name, type, offset, chain };
  });
  return { labels, problems };
}

type Part = Pick<TableField, "type" | "offset">;

function matchParts(
  metric: MetricConfig,
  layout: TableLayout,
  maxEntries: number,
): readonly Part[] | ConfigProblem {
  const { labels } = metric;
  if (labels.some((label) => label.size !== undefined)) return cutBySizes(metric, layout);
  if (labels.length === layout.fields.length) return layout.fields;
  if (labels.length === layout.flatFields.length) return layout.flatFields;
  // A table of one entry is one number: its key says nothing.
  if (labels.length === 0 && maxEntries === 1) return [];
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
  const parts = metric.labels.map(({ size = 0, padding = 0 }): Part => {
    const part: Part = { type: { kind: "bytes", size }, offset };
    offset += size + padding;
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

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
