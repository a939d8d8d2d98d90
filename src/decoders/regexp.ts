/**
 * Decoder `regexp`: passes text that one of its expressions matches and drops rows with any other. It
 * must know nothing of other decoders.
 */

import type { DecoderConfig } from "../config/config.ts";
import { type Decoder, inputText, unquotedText } from "./decoder.ts";

interface Expression {
  matcher(text: string): { find(): boolean };
}

/**
 * Makes the decoder `regexp`: Go's RE2 syntax, searched for anywhere in the text, which is passed on whole.
 * A char array is tried as its raw text and as its text; the one that matches is passed on.
 */
export function buildRegexp(config: DecoderConfig): Decoder {
  let expressions: Expression[] = [];

  /** re2js takes 1 MB of memory: only configs with this decoder shall pay for it. */
  async function open(): Promise<void> {
    const { RE2JS } = await import("re2js");
    expressions = (config.regexps ?? []).map((source) => RE2JS.compile(source));
  }

  function matches(text: string | undefined): text is string {
    return text !== undefined && expressions.some((expression) => expression.matcher(text).find());
  }

  return {
    name: "regexp",
    refusal: () => undefined,
    open,
    decode: (value) => {
      const text = inputText(value);
      if (matches(text)) return text;
      const unquoted = unquotedText(value);
      return matches(unquoted) ? unquoted : undefined;
    },
  };
}
