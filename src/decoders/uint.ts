/** Decoder `uint`: an integer in decimal, always unsigned; it must know nothing of other decoders. */

import { type Decoder, inputInteger, refuseNonInteger } from "./decoder.ts";

/** Makes the decoder `uint`, whose former name is `uint64`. */
export function buildUint(): Decoder {
  return {
    name: "uint",
    refusal: refuseNonInteger,
    decode: (value) => inputInteger(value).toString(),
  };
}
