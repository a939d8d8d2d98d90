/** Lets other work of the one thread run in the middle of long work; it must know nothing of that work. */

/** Work may hold the thread so long; a chunk of work on top stays under 10 ms. */
const HOLD_MS = 5;

/**
 * A function to call between chunks of work: it resolves at once as long as the thread was not held for
 * long, else after everything else that waited had its turn.
 */
export function openPause(): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < HOLD_MS) return undefined;
    return new Promise((resolve) =>
      setTimeout(() => {
        since = performance.now();
        resolve();
      }, 0)
    );
  };
}
