/** The decoders by name; it must know nothing of what they do. */

import type { DecoderConfig } from "../config/config.ts";
import type { Decoder, DecoderBuilder, DecoderContext } from "./decoder.ts";
import { buildKsym } from "./ksym.ts";
import { buildRegexp } from "./regexp.ts";
import { buildStaticMap } from "./static_map.ts";
import { buildString } from "./string.ts";
import { buildUint } from "./uint.ts";

/** Every decoder that a config can name. */
export const DECODERS: ReadonlyMap<string, DecoderBuilder> = new Map<string, DecoderBuilder>([
  ["ksym", buildKsym],
  ["regexp", buildRegexp],
  ["static_map", buildStaticMap],
  ["string", buildString],
  ["uint", buildUint],
]);

/** Makes the decoder that `config` names: one of `DECODERS`, as the schema demands. */
export function buildDecoder(config: DecoderConfig, context: DecoderContext): Decoder {
  return DECODERS.get(config.name)!(config, context);
}
