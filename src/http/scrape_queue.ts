/** Decides which requests share one reading of the tables; knows nothing of tables or of HTTP. */

/** Asks for a result that is not older than the call. */
export type ScrapeQueue<Format, Result> = (format: Format) => Promise<Result>;

/**
 * Runs `scrape` once at a time. A request joins another one's run only if that has not begun, so no
 * sample is older than its request: at most one run goes on and, for each format, at most one waits,
 * however many requests there are. A run that fails fails for those who joined it, and for no others.
 *
 * @example
 * ```ts
 * const scrape = createScrapeQueue((format: MetricsFormat) => Promise.resolve(format));
 * const first = scrape("text"); // begins in the next microtask
 * const second = scrape("text"); // joins the first
 * ```
 */
export function createScrapeQueue<Format, Result>(
  scrape: (format: Format) => Promise<Result>,
): ScrapeQueue<Format, Result> {
  const waiting = new Map<Format, Promise<Result>>();
  let last: Promise<unknown> = Promise.resolve();
  return (format) => {
    const joined = waiting.get(format);
    if (joined !== undefined) return joined;
    const run = last.then(() => {
      waiting.delete(format);
      return scrape(format);
    });
    waiting.set(format, run);
    last = run.catch(() => {});
    return run;
  };
}
