/** Bytes that answers share and that are used again when the last has been sent; knows nothing of what is in them. */

/** Bytes of somebody who wants them back. */
export interface LentBytes {
  /** Stay as they are until all that they were kept for is over. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Keeps them until `use` has settled. At least one call must come in the turn in which they were lent. */
  keepUntil(use: Promise<unknown>): void;
}

/** Lends bytes; `giveBack` is called once, when the last use is over. */
export function lendBytes(bytes: Uint8Array<ArrayBuffer>, giveBack: () => void): LentBytes {
  let uses = 0;
  const end = () => {
    if (--uses === 0) giveBack();
  };
  return {
    bytes,
    keepUntil(use) {
      uses++;
      use.then(end, end);
    },
  };
}

/**
 * A body of these very bytes. `new Response(bytes)` would copy them: at each scrape some MB of garbage outside
 * the JavaScript heap, of which hundreds pile up before a collection.
 */
export function bodyOf(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}
