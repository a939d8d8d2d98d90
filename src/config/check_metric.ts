/** Checks a metric where one value alone cannot tell that it is wrong; it must not know the table. */

import { checkDecoders } from "./check_decoders.ts";
import { OWN_METRICS } from "./names.ts";
import { parseNumber } from "./plain_scalar.ts";
import { quote } from "./problem.ts";
import type { Source } from "./source.ts";
import {
  entryAt,
  isNull,
  itemsAt,
  pathText,
  presentEntry,
  type SourceNode,
  type SourcePath,
  textAt,
  valueOffset,
} from "./source_node.ts";

/** Each bucket is a line of text for each label set at each scrape. */
const MOST_BUCKETS = 10_000;

/** Checks a counter or histogram and its labels; types and single values are the schema's. */
export function checkMetric(
  source: Source,
  metric: SourceNode,
  path: SourcePath,
  kind: "counter" | "histogram",
): void {
  const name = textAt(metric, "name");
  if (name !== undefined && OWN_METRICS.includes(name)) {
    source.report(
      valueOffset(metric, "name"),
      pathText([...path, "name"]),
      `the exporter itself has a metric ${quote(`ebpf_exporter_${name}`)}`,
      "choose another name",
    );
  }
  checkLabels(source, metric, path, kind);
  if (kind === "histogram") checkBuckets(source, metric, path);
}

function checkLabels(
  source: Source,
  metric: SourceNode,
  path: SourcePath,
  kind: "counter" | "histogram",
): void {
  const entry = entryAt(metric, "labels");
  const labels = itemsAt(metric, "labels");
  const none = entry === undefined || isNull(entry.value) || entry.value.kind === "list";
  if (kind === "histogram" && none && labels.length === 0) {
    source.report(
      entry?.keyOffset ?? valueOffset(metric, "name"),
      pathText(path),
      `the histogram ${quote(textAt(metric, "name") ?? "")} has no labels, expected at least one`,
      "the last label is the bucket: the field of the key that holds its number",
    );
  }
  const firstOf = new Map<string, number>();
  const sized = labels.filter((label) => textAt(label, "size") !== undefined);
  labels.forEach((label, index) => {
    const at = [...path, "labels", index];
    const name = textAt(label, "name");
    const offset = valueOffset(label, "name");
    const isBucket = kind === "histogram" && index === labels.length - 1;
    if (name !== undefined) {
      const first = firstOf.get(name);
      if (first !== undefined) {
        const line = source.place(first).line;
        source.report(
          offset,
          pathText([...at, "name"]),
          `the label ${quote(name)} is given twice in one metric, first in line ${line}`,
        );
      } else firstOf.set(name, offset);
      if (!isBucket) checkExportedLabel(source, name, offset, pathText([...at, "name"]), kind);
    }
    checkSize(source, label, at, sized.length > 0 ? sized[0] : undefined);
    checkDecoders(source, label, at);
  });
}

function checkExportedLabel(
  source: Source,
  name: string,
  offset: number,
  path: string,
  kind: "counter" | "histogram",
): void {
  if (name.startsWith("__")) {
    source.report(
      offset,
      path,
      `found the label ${quote(name)}, names that begin with __ are Prometheus' own`,
    );
  }
  if (kind === "histogram" && name === "le") {
    source.report(
      offset,
      path,
      'found the label "le", which is the bucket\'s bound in a histogram',
    );
  }
}

function checkSize(
  source: Source,
  label: SourceNode,
  path: SourcePath,
  sized: SourceNode | undefined,
): void {
  const name = textAt(label, "name") ?? "";
  const hasSize = textAt(label, "size") !== undefined;
  const padding = entryAt(label, "padding");
  if (!hasSize && sized !== undefined) {
    source.report(
      valueOffset(label, "name"),
      pathText(path),
      `the label ${quote(name)} has no size, but the label ${
        quote(textAt(sized, "name") ?? "")
      } has`,
      "give all labels of a metric a size, or none",
    );
  } else if (!hasSize && padding !== undefined) {
    source.report(
      padding.keyOffset,
      pathText([...path, "padding"]),
      `the label ${quote(name)} has "padding" without "size"`,
    );
  }
  const decoders = presentEntry(label, "decoders")?.value;
  const empty = decoders === undefined ||
    (decoders.kind === "list" && decoders.items.length === 0);
  if (hasSize && empty && textAt(label, "decoder") === undefined) {
    source.report(
      valueOffset(label, "name"),
      pathText(path),
      `the label ${quote(name)} has a size but no decoders, expected at least one`,
      "bytes that are cut from a key have no text of their own: use uint, string or ksym",
    );
  }
}

function checkBuckets(source: Source, metric: SourceNode, path: SourcePath): void {
  const minimum = numberAt(metric, "bucket_min", 0);
  const maximum = numberAt(metric, "bucket_max", NaN);
  const multiplier = multiplierOf(metric);
  if (!Number.isSafeInteger(minimum) || !Number.isSafeInteger(maximum)) return;
  const report = (message: string, hint?: string) =>
    source.report(
      valueOffset(metric, "bucket_max"),
      pathText([...path, "bucket_max"]),
      message,
      hint,
    );
  if (minimum > maximum) {
    report(`found "bucket_max" ${maximum}, expected at least "bucket_min", which is ${minimum}`);
    return;
  }
  const count = maximum - minimum + 1;
  if (count > MOST_BUCKETS) {
    report(
      `found ${count} buckets, expected at most ${MOST_BUCKETS}`,
      "each bucket is a line for each label set at each scrape: count in coarser steps",
    );
    return;
  }
  if (!(multiplier > 0) || !Number.isFinite(multiplier)) return;
  const bound = textAt(metric, "bucket_type") === "exp2"
    ? (key: number) => 2 ** key * multiplier
    : (key: number) => key * multiplier;
  for (let key = minimum; key <= maximum; key++) {
    if (!Number.isFinite(bound(key)) || (key > minimum && bound(key) <= bound(key - 1))) {
      report(
        `the bucket ${key} has the upper bound ${bound(key)}, which is no number of its own`,
        "choose a smaller range of buckets or another multiplier",
      );
      return;
    }
  }
}

/** A histogram's multiplier; for Go, and so for the original, 0 is the same as none. */
export function multiplierOf(histogram: SourceNode): number {
  const multiplier = numberAt(histogram, "bucket_multiplier", 1);
  return multiplier === 0 ? 1 : multiplier;
}

/** The number at a key, or `absent`; NaN for what is no number. */
export function numberAt(node: SourceNode, key: string, absent: number): number {
  const text = textAt(node, key);
  if (text === undefined) return absent;
  const value = entryAt(node, key)!.value;
  return value.kind === "scalar" && value.style === "plain" ? parseNumber(text) : NaN;
}
