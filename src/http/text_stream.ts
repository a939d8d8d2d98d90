/** Makes a response body of pieces of text, as fast as the client reads; knows not what they say. */

export interface TextStreamOptions {
  /** Ends the stream, and the source with it. */
  readonly cutOff: AbortSignal;
  /** Called with what the source threw; the client sees its connection break. */
  readonly onError: (error: unknown) => void;
}

/** Pieces are put together until a chunk has about this many characters. */
const CHUNK_LENGTH = 32 * 1024;

/**
 * Reads `source` only when the client takes more, so a large text needs no memory in proportion, and
 * ends it when the client goes. The first chunk is read before this resolves: a source that fails at
 * once can still be answered with a status.
 *
 * @throws what the source throws before its first chunk is full.
 */
export async function openTextStream(
  source: AsyncIterable<string>,
  { cutOff, onError }: TextStreamOptions,
): Promise<ReadableStream<Uint8Array>> {
  const iterator = source[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  /** The source has no more, or is wanted no more. */
  let ended = false;
  /** The stream is cancelled or cut off: it takes nothing more, not even its end. */
  let gone = false;

  async function readChunk(): Promise<Uint8Array> {
    let text = "";
    while (!ended && text.length < CHUNK_LENGTH) {
      const { done, value } = await iterator.next();
      if (done) ended = true;
      else text += value;
    }
    return encoder.encode(text);
  }

  async function endSource(): Promise<void> {
    ended = gone = true;
    try {
      await iterator.return?.();
    } catch (error) {
      onError(error);
    }
  }

  let first: Uint8Array | undefined = await readChunk();
  let leave = () => {};
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const cut = () => {
        controller.error(new Error("the exporter is stopping"));
        void endSource();
      };
      leave = () => cutOff.removeEventListener("abort", cut);
      if (cutOff.aborted) cut();
      else cutOff.addEventListener("abort", cut, { once: true });
    },
    async pull(controller) {
      try {
        const chunk = first ?? await readChunk();
        first = undefined;
        if (gone) return;
        if (chunk.length > 0) controller.enqueue(chunk);
        // Deno finds out that the client has gone while it is handed a chunk.
        if (ended && !gone) {
          leave();
          controller.close();
        }
      } catch (error) {
        leave();
        ended = true;
        onError(error);
        if (!gone) controller.error(error);
      }
    },
    async cancel() {
      leave();
      await endSource();
    },
    // Nothing is read ahead of the client.
  }, { highWaterMark: 0 });
}
