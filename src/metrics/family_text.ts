/** Writes a family's samples in the text formats; it must know nothing of tables. */

import { counterSampleName, familyHeader } from "../exposition/family_header.ts";
import { formatGoFloat, formatOpenMetricsFloat } from "../exposition/go_float.ts";
import type { TextBuffer } from "../exposition/text_buffer.ts";
import type { TextFormat } from "../exposition/text_format.ts";
import { wideIntegerToFloat, writeWideInteger } from "../exposition/wide_integer.ts";
import type { Buckets } from "./buckets.ts";
import type { LabelFamily } from "./label_family.ts";

const LINE_FEED = 0x0a;
const encoder = new TextEncoder();

/** Appends header and samples of the series that `scrape` has seen; nothing at all if there are none. */
export function writeFamily(
  family: LabelFamily,
  scrape: number,
  text: TextBuffer,
  format: TextFormat,
): void {
  if (family.store.seenCount(scrape) === 0) return;
  text.writeText(familyHeader(family.fullName, family.type, family.help, format));
  if (family.buckets === undefined) writeCounter(family, scrape, text, format);
  else writeHistogram(family, family.buckets, scrape, text, format);
}

function writeCounter(
  family: LabelFamily,
  scrape: number,
  text: TextBuffer,
  format: TextFormat,
): void {
  const name = counterSampleName(family.fullName, format);
  const labelled = family.labelNames.length > 0;
  const before = encoder.encode(labelled ? `${name}{` : name);
  const after = encoder.encode(labelled ? "} " : " ");
  const { store } = family;
  const order = store.order();
  const { low, high, starts, seenIn, bytes } = store;
  for (let i = 0; i < order.length; i++) {
    const series = order[i];
    if (seenIn[series] !== scrape) continue;
    text.writeBytes(before);
    text.writeBytes(bytes, starts[series], starts[series + 1]);
    text.writeBytes(after);
    writeWideInteger(text, low[series], high[series]);
    text.writeByte(LINE_FEED);
  }
}

function writeHistogram(
  family: LabelFamily,
  buckets: Buckets,
  scrape: number,
  text: TextBuffer,
  format: TextFormat,
): void {
  const labelled = family.labelNames.length > 0;
  const bucketBefore = encoder.encode(`${family.fullName}_bucket{`);
  const bucketAfters = [...buckets.limits(format), "+Inf"].map((limit) =>
    encoder.encode(`${labelled ? "," : ""}le="${limit}"} `)
  );
  const sumBefore = encoder.encode(`${family.fullName}_sum${labelled ? "{" : ""}`);
  const countBefore = encoder.encode(`${family.fullName}_count${labelled ? "{" : ""}`);
  const after = encoder.encode(labelled ? "} " : " ");
  const formatSum = format === "openmetrics" ? formatOpenMetricsFloat : formatGoFloat;
  const { store } = family;
  const order = store.order();
  const { low, high, starts, seenIn, bytes, cells } = store;
  for (let i = 0; i < order.length; i++) {
    const series = order[i];
    if (seenIn[series] !== scrape) continue;
    const start = starts[series];
    const end = starts[series + 1];
    const first = series * cells;
    let countLow = 0;
    let countHigh = 0;
    for (let bucket = 0; bucket <= buckets.count; bucket++) {
      if (bucket < buckets.count) {
        countLow += low[first + bucket];
        countHigh += high[first + bucket];
      }
      text.writeBytes(bucketBefore);
      text.writeBytes(bytes, start, end);
      text.writeBytes(bucketAfters[bucket]);
      writeWideInteger(text, countLow, countHigh);
      text.writeByte(LINE_FEED);
    }
    const sumCell = first + buckets.count;
    text.writeBytes(sumBefore);
    text.writeBytes(bytes, start, end);
    text.writeBytes(after);
    text.writeText(
      formatSum(wideIntegerToFloat(low[sumCell], high[sumCell]) * buckets.multiplier),
    );
    text.writeByte(LINE_FEED);
    text.writeBytes(countBefore);
    text.writeBytes(bytes, start, end);
    text.writeBytes(after);
    writeWideInteger(text, countLow, countHigh);
    text.writeByte(LINE_FEED);
  }
}
