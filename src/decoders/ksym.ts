/** Decoder `ksym`: a kernel address as the function that contains it; it must not read kallsyms itself. */

import type { DecoderConfig } from "../config/config.ts";
import { type Decoder, type DecoderContext, inputInteger, refuseNonInteger } from "./decoder.ts";

/** Makes the decoder `ksym`. What no function contains becomes `unknown_addr:0x…`, for a while only. */
export function buildKsym(_config: DecoderConfig, { kernelSymbols }: DecoderContext): Decoder {
  return {
    name: "ksym",
    generation: () => kernelSymbols.generation(),
    refusal: refuseNonInteger,
    decode: (value, notes) => {
      const address = BigInt(inputInteger(value));
      const name = kernelSymbols.resolve(address);
      if (name !== undefined) return name;
      notes.expires = true;
      return `unknown_addr:0x${address.toString(16)}`;
    },
  };
}
