/** Ranges of kernel releases such as `>=5.8 <6.6`; it must not know the running kernel. */

/** A half-open interval of releases, each as one ordered number. */
export interface KernelRange {
  readonly from: number;
  readonly below: number;
}

/** Major, minor, patch. */
export type KernelRelease = readonly [number, number, number];

const COMPARISON = /^(>=|<=|==|=|>|<|)(\d{1,4})(?:\.(\d{1,4}))?(?:\.(\d{1,5}))?$/;
const MINOR = 1e5;
const MAJOR = 1e10;

/**
 * Reads comparisons that must all hold, separated by spaces or commas. A release of fewer parts means
 * all that begin so: `<=5.10` holds for 5.10.200, `>5.10` does not, `5.10` is any 5.10.x.
 * Throws a `SyntaxError` that names what cannot be understood, or that no kernel is in the range.
 */
export function parseKernelRange(text: string): KernelRange {
  if (text.length > 200) {
    throw new SyntaxError("the kernel range is longer than 200 characters");
  }
  // `>= 5.8` is read like `>=5.8`.
  const words = text.replace(/([<>=])\s+/g, "$1").split(/[\s,]+/).filter((word) => word !== "");
  if (words.length === 0) {
    throw new SyntaxError("the kernel range is empty, expected comparisons such as >=5.8 <6.6");
  }
  let from = 0;
  let below = Infinity;
  for (const word of words) {
    const match = COMPARISON.exec(word);
    if (match === null) {
      throw new SyntaxError(
        `found ${JSON.stringify(word)} in a kernel range, expected comparisons such as >=5.8 <6.6`,
      );
    }
    const [, operator, major, minor, patch] = match;
    const first = number([+major, +(minor ?? 0), +(patch ?? 0)]);
    const next = first + (patch !== undefined ? 1 : minor !== undefined ? MINOR : MAJOR);
    if (operator === ">=" || operator === "" || operator.startsWith("=")) {
      from = Math.max(from, first);
    }
    if (operator === ">") from = Math.max(from, next);
    if (operator === "<") below = Math.min(below, first);
    if (operator === "<=" || operator === "" || operator.startsWith("=")) {
      below = Math.min(below, next);
    }
  }
  if (from >= below) {
    throw new SyntaxError(`no kernel is in the range ${JSON.stringify(text)}`);
  }
  return { from, below };
}

/** Whether a release is in a range. */
export function kernelInRange(range: KernelRange, release: KernelRelease): boolean {
  const value = number(release);
  return value >= range.from && value < range.below;
}

function number([major, minor, patch]: KernelRelease): number {
  return major * MAJOR + minor * MINOR + patch;
}
