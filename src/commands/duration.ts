/** Reads durations as Go writes them; knows nothing of what they limit. */

const UNITS_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  "µs": 1e-3,
  "μs": 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * Parses `120s`, `1m30s`, `1.5h`, `500ms`: the grammar of Go's `time.ParseDuration` without signs.
 *
 * @returns milliseconds, or undefined if `text` is no duration.
 */
export function parseDurationMs(text: string): number | undefined {
  if (text === "0") return 0;
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(text)) return undefined;
  let durationMs = 0;
  for (const [, amount, unit] of text.matchAll(/([\d.]+)([^\d.]+)/g)) {
    durationMs += Number(amount) * UNITS_MS[unit];
  }
  return durationMs;
}
