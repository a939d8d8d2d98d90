/** One family of the exporter's own metrics as text; it must not know which metrics there are. */

import { escapeLabelValue } from "../exposition/escape.ts";
import { familyHeader, familyName, type FamilyType } from "../exposition/family_header.ts";
import { formatGoFloat, formatOpenMetricsFloat } from "../exposition/go_float.ts";
import type { TextFormat } from "../exposition/text_format.ts";

/** A family and its series, as the library gives them. */
export interface FamilyValues {
  readonly name: string;
  readonly help: string;
  readonly type: FamilyType;
  readonly values: readonly {
    readonly labels: Readonly<Partial<Record<string, string | number>>>;
    readonly value: number;
  }[];
}

/** One metric family as text, ready to stand between others in the order of their names. */
export interface FamilyText {
  /** As the format names it: OpenMetrics leaves out a counter's `_total`. */
  readonly name: string;
  /** HELP, TYPE and all samples, each line with its line break. */
  readonly text: string;
}

/**
 * One family as client_golang prints it: labels by name, series by label values. The library's own
 * text has labels and series as they were set, and numbers as JavaScript writes them.
 */
export function buildFamilyText(
  { name, help, type, values }: FamilyValues,
  format: TextFormat,
): FamilyText {
  const formatValue = format === "openmetrics" ? formatOpenMetricsFloat : formatGoFloat;
  const series = values.map(({ labels, value }) => ({
    labels: Object.entries(labels)
      .map(([label, text]): [string, string] => [label, String(text)])
      .sort(([a], [b]) => compareText(a, b)),
    value,
  }));
  series.sort((a, b) => compareLabels(a.labels, b.labels));
  let text = familyHeader(name, type, help, format);
  for (const { labels, value } of series) {
    const pairs = labels.map(([label, labelText]) => `${label}="${escapeLabelValue(labelText)}"`);
    const braces = pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
    text += `${name}${braces} ${formatValue(value)}\n`;
  }
  return { name: familyName(name, type, format), text };
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
