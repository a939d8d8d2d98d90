/** Numbers that were measured again and again, and what to say of them. */

/** Smallest, middle and largest of what was measured. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** Throws when there is no number. */
export function spreadOf(numbers: readonly number[]): Spread {
  if (numbers.length === 0) throw new Error("nothing was measured");
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1
    ? sorted[middle]
    : (sorted[middle - 1] + sorted[middle]) / 2;
  return { min: sorted[0], median, max: sorted[sorted.length - 1] };
}
