/** Decoder `static_map`: text for text, by a list in the config; it must know nothing of other decoders. */

import type { DecoderConfig } from "../config/config.ts";
import { type Decoder, inputText, unquotedText } from "./decoder.ts";

/**
 * Makes the decoder `static_map`. Keys are compared as the config writes them: `0x1`, a field's raw text,
 * and `1`, what `uint` makes of it, differ. A char array is looked up as its raw text and as its text.
 */
export function buildStaticMap(config: DecoderConfig): Decoder {
  const texts = new Map(config.staticMap ?? []);
  const allowUnknown = config.allowUnknown ?? false;
  return {
    name: "static_map",
    refusal: () => undefined,
    decode: (value) => {
      const text = inputText(value);
      const unquoted = unquotedText(value);
      return texts.get(text) ?? (unquoted === undefined ? undefined : texts.get(unquoted)) ??
        (allowUnknown ? text : `unknown:${text}`);
    },
  };
}
