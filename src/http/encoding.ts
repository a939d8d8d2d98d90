/** Compresses a body where the client asks for it; knows nothing of what is in it. */

import { parseQualityValues } from "./quality_values.ts";

/**
 * Whether `Accept-Encoding` wants gzip at least as much as no coding. A client that refuses both is
 * given the plain body, as RFC 9110, 12.5.3 allows.
 */
export function wantsGzip(acceptEncoding: string | null): boolean {
  if (acceptEncoding === null) return false;
  let gzip: number | undefined;
  let identity: number | undefined;
  let any: number | undefined;
  for (const { value, quality } of parseQualityValues(acceptEncoding)) {
    if (value === "gzip" || value === "x-gzip") gzip = Math.max(gzip ?? 0, quality);
    else if (value === "identity") identity = quality;
    else if (value === "*") any = quality;
  }
  const wanted = gzip ?? any ?? 0;
  // Identity that is not named is acceptable, but not preferred over what is named.
  return wanted > 0 && wanted >= (identity ?? 0);
}

/** Bodies below this many bytes fit one packet anyway. */
export const GZIP_MIN_SIZE_BYTES = 1024;

/**
 * Compresses off the main thread at level 1: metrics text shrinks to a few percent at any level, and
 * the scrape waits for it. `node:zlib` is loaded at the first use, for the memory of a process that is
 * never asked.
 */
export async function gzip(body: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const { gzip: compress } = await import("node:zlib");
  return await new Promise((resolve, reject) => {
    compress(body, { level: 1 }, (error, compressed) => {
      if (error) reject(error);
      else {
        const { buffer, byteOffset, byteLength } = compressed;
        resolve(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength));
      }
    });
  });
}
