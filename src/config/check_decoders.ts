/** Checks what a label says about decoding beyond single values; it must not decode. */

import { RE2JS } from "re2js";
import { DECODER_OF_OPTION } from "./names.ts";
import { quote } from "./problem.ts";
import type { Source } from "./source.ts";
import {
  itemsAt,
  pathText,
  presentEntry,
  type SourceNode,
  type SourcePath,
  textAt,
  valueOffset,
} from "./source_node.ts";

const LONGEST_REGEXP = 65_536;
/** Compiling one can take a millisecond. */
const MOST_REGEXPS = 1000;

/** What compiling each pattern of a source said, since aliases show the same ones again and again. */
const faultsOf = new WeakMap<Source, Map<string, string | undefined>>();

/** Checks a label's decoders in both spellings, and each decoder's options. */
export function checkDecoders(source: Source, label: SourceNode, path: SourcePath): void {
  const short = presentEntry(label, "decoder");
  const shortMap = presentEntry(label, "static_decoder_map");
  const long = presentEntry(label, "decoders");
  if (short !== undefined && long !== undefined) {
    source.report(
      short.keyOffset,
      pathText([...path, "decoder"]),
      'found both "decoder" and "decoders" in one label',
      'put all decoders into "decoders"',
    );
  }
  const shortName = textAt(label, "decoder");
  if (shortMap !== undefined && shortName !== "static_map") {
    source.report(
      shortMap.keyOffset,
      pathText([...path, "static_decoder_map"]),
      'found "static_decoder_map" in a label without "decoder: static_map"',
    );
  }
  if (short !== undefined && shortName === "static_map" && shortMap === undefined) {
    source.report(
      short.keyOffset,
      pathText([...path, "decoder"]),
      'the decoder "static_map" has no map',
      'give the map as "static_decoder_map" beside "decoder"',
    );
  }
  if (short !== undefined && shortName === "regexp") {
    source.report(
      short.keyOffset,
      pathText([...path, "decoder"]),
      'the decoder "regexp" has no "regexps"',
      'write it as an item of "decoders", with "regexps" beside its "name"',
    );
  }
  itemsAt(label, "decoders").forEach((decoder, index) =>
    checkDecoder(source, decoder, [...path, "decoders", index])
  );
}

function checkDecoder(source: Source, decoder: SourceNode, path: SourcePath): void {
  const name = textAt(decoder, "name");
  if (name === undefined) return;
  for (const [option, owner] of Object.entries(DECODER_OF_OPTION)) {
    const entry = presentEntry(decoder, option);
    if (entry !== undefined && name !== owner) {
      source.report(
        entry.keyOffset,
        pathText([...path, option]),
        `the decoder ${quote(name)} takes no ${quote(option)}`,
        `${quote(option)} belongs to the decoder ${quote(owner)}`,
      );
    }
  }
  if (name === "static_map") checkStaticMap(source, decoder, path);
  if (name === "regexp") checkRegexps(source, decoder, path);
}

function checkStaticMap(source: Source, decoder: SourceNode, path: SourcePath): void {
  const map = presentEntry(decoder, "static_map");
  const older = presentEntry(decoder, "static_decoder_map");
  if (map !== undefined && older !== undefined) {
    source.report(
      older.keyOffset,
      pathText([...path, "static_decoder_map"]),
      'found both "static_map" and "static_decoder_map" in one decoder',
    );
  }
  const value = (map ?? older)?.value;
  if (value === undefined || (value.kind === "map" && value.entries.size === 0)) {
    source.report(
      valueOffset(decoder, "name"),
      pathText(path),
      'the decoder "static_map" has no map',
      'give the map as "static_map" beside "name"',
    );
  }
}

function checkRegexps(source: Source, decoder: SourceNode, path: SourcePath): void {
  const list = presentEntry(decoder, "regexps");
  if (list === undefined || (list.value.kind === "list" && list.value.items.length === 0)) {
    source.report(
      valueOffset(decoder, "name"),
      pathText(path),
      'the decoder "regexp" has no "regexps"',
      'give a list of patterns as "regexps" beside "name"',
    );
  }
  itemsAt(decoder, "regexps").forEach((item, index) => {
    if (item.kind !== "scalar") return;
    const fault = findRegexpFault(source, item.text);
    if (fault !== undefined) {
      source.report(
        item.offset,
        pathText([...path, "regexps", index]),
        `the regexp ${quote(item.text)} does not compile: ${fault}`,
        "patterns are in Go's syntax, without lookaround and back references",
      );
    }
  });
}

function findRegexpFault(source: Source, pattern: string): string | undefined {
  if (pattern.length > LONGEST_REGEXP) return `it is longer than ${LONGEST_REGEXP} characters`;
  const faults = faultsOf.get(source) ?? new Map<string, string | undefined>();
  faultsOf.set(source, faults);
  if (!faults.has(pattern)) {
    if (faults.size >= MOST_REGEXPS) return `the file has more than ${MOST_REGEXPS} regexps`;
    faults.set(pattern, compileFault(pattern));
  }
  return faults.get(pattern);
}

function compileFault(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(/^error parsing regexp: /, "");
  }
}
