/** Decoder `string`: text up to its first NUL; it must know nothing of other decoders. */

import { type Decoder, inputText, unquotedText } from "./decoder.ts";

/** Makes the decoder `string`. A field that holds no text keeps its raw text. */
export function buildString(): Decoder {
  return {
    name: "string",
    refusal: () => undefined,
    decode: (value) => {
      const text = unquotedText(value) ?? inputText(value);
      const nul = text.indexOf("\0");
      return nul < 0 ? text : text.slice(0, nul);
    },
  };
}
