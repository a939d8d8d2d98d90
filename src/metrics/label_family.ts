/** One metric's series over all tables and programs that export it; it knows nothing of how it is written. */

import type { CounterConfig, HistogramConfig } from "../config/config.ts";
import type { TextBuffer } from "../exposition/text_buffer.ts";
import { type Buckets, buildBuckets } from "./buckets.ts";
import { LabelError } from "./decode_labels.ts";
import { labelOrder, writeLabels } from "./label_text.ts";
import { SeriesStore } from "./series_store.ts";

/** What every exported name starts with. */
export const NAME_PREFIX = "ebpf_exporter_";

/** A family: its description and its series. */
export interface LabelFamily {
  /** As the config has it, without the prefix. */
  readonly name: string;
  readonly fullName: string;
  readonly help: string;
  readonly type: "counter" | "histogram";
  /** Names of the exported labels, in the config's order. */
  readonly labelNames: readonly string[];
  /** Of a histogram. */
  readonly buckets?: Buckets;
  readonly store: SeriesStore;
  /**
   * The cell for a row with these label texts (of a histogram the bucket's last); makes the series where it
   * is new. `scratch` is written over. Throws `LabelError` for a bucket that is no integer.
   */
  cellOf(texts: readonly string[], scratch: TextBuffer): number;
}

/** Makes the family of a metric, empty. */
export function buildFamily(metric: CounterConfig | HistogramConfig): LabelFamily {
  const buckets = metric.kind === "histogram" ? buildBuckets(metric) : undefined;
  const names = metric.labels.map((label) => label.name);
  const bucketName = buckets === undefined ? "" : names.pop() ?? "";
  const order = labelOrder(names);
  const store = new SeriesStore(buckets?.cells ?? 1);

  function cellOf(texts: readonly string[], scratch: TextBuffer): number {
    const bucketText = texts[names.length];
    const cell = buckets === undefined ? 0 : buckets.cellOf(bucketText);
    if (cell === undefined) {
      throw new LabelError(bucketName, "bucket", `the bucket '${bucketText}' is no integer`);
    }
    scratch.reset();
    writeLabels(scratch, names, texts, order);
    return store.seriesOf(scratch.bytes, scratch.length) * store.cells + cell;
  }

  return {
    name: metric.name,
    fullName: NAME_PREFIX + metric.name,
    help: metric.help,
    type: metric.kind,
    labelNames: names,
    ...(buckets === undefined ? {} : { buckets }),
    store,
    cellOf,
  };
}
