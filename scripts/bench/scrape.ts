/** One scrape over a connection of its own, by hand: what the client itself costs must not count. */

const buffer = new Uint8Array(1 << 20);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export interface Scrape {
  /** From before the connection to the last byte. */
  readonly ms: number;
  readonly sizeBytes: number;
}

/** Reads `/metrics` of 127.0.0.1 to its last byte. Throws when nobody listens or the status is not 200. */
export async function scrape(port: number, gzip: boolean): Promise<Scrape> {
  const begunMs = performance.now();
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(encoder.encode(
    `GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n` +
      `Accept-Encoding: ${gzip ? "gzip" : "identity"}\r\n\r\n`,
  ));
  let sizeBytes = 0;
  for (;;) {
    const read = await connection.read(buffer);
    if (read === null) break;
    if (sizeBytes === 0) {
      const statusLine = decoder.decode(buffer.subarray(0, read)).split("\r\n", 1)[0];
      if (!statusLine.startsWith("HTTP/1.1 200 ")) {
        throw new Error(`a scrape of port ${port} was answered with "${statusLine}"`);
      }
    }
    sizeBytes += read;
  }
  return { ms: performance.now() - begunMs, sizeBytes };
}

/** The same as text, for looking at what it says. */
export async function readMetrics(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  return await response.text();
}
