/** The buckets of a histogram: which row counts for which, and their `le`; it knows nothing of tables. */

import type { HistogramConfig } from "../config/config.ts";
import { formatGoFloat, formatOpenMetricsFloat } from "../exposition/go_float.ts";
import type { TextFormat } from "../exposition/text_format.ts";

/** Buckets `bucketMin … bucketMax`, one cell for `_sum`, and one for rows that count for nothing. */
export interface Buckets {
  /** Number of buckets without `+Inf`. */
  readonly count: number;
  /** Cells that a label set needs. */
  readonly cells: number;
  /** What the cell of `_sum` is multiplied with. */
  readonly multiplier: number;
  /** The cell for a row whose bucket label is `text`; undefined: that is no integer. */
  cellOf(text: string): number | undefined;
  /** Text of each bucket's upper limit, ascending, without `+Inf`. */
  limits(format: TextFormat): string[];
}

const INTEGER = /^(?:0[xX][0-9a-fA-F]+|-?[0-9]+)$/;

/** The buckets that a histogram's config describes. */
export function buildBuckets(config: HistogramConfig): Buckets {
  const { bucketMin, bucketMax, bucketType } = config;
  const multiplier = config.bucketMultiplier;
  const count = bucketMax - bucketMin + 1;
  const ignored = count + 1;

  function cellOf(text: string): number | undefined {
    if (!INTEGER.test(text)) return undefined;
    const index = Number(text) - bucketMin;
    // The key after the last bucket's is the sum's; whatever is beyond is ignored, as in the original.
    return index >= 0 && index <= count ? index : ignored;
  }

  function limits(format: TextFormat): string[] {
    const write = format === "openmetrics" ? formatOpenMetricsFloat : formatGoFloat;
    return Array.from({ length: count }, (_, index) => {
      const bucket = bucketMin + index;
      return write((bucketType === "exp2" ? 2 ** bucket : bucket) * multiplier);
    });
  }

  return { count, cells: count + 2, multiplier, cellOf, limits };
}
