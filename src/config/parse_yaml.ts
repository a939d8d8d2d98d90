/** Turns YAML text into trees that know where each node stands; it must not know what the keys mean. */

import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  type Pair,
  parseAllDocuments,
  type Scalar,
  type YAMLError,
} from "yaml";
import { quote } from "./problem.ts";
import type { Source } from "./source.ts";
import type { SourceEntry, SourceMap, SourceNode, SourceScalar } from "./source_node.ts";

/** yaml needs about a millisecond and a megabyte for a thousand tokens; 10,000 lines have some 100,000. */
const MOST_TOKENS = 400_000;
/** Nodes after aliases are replaced by what they stand for; the same limit stops alias bombs. */
const MOST_NODES = 400_000;
const DEEPEST = 64;

/**
 * The trees of the documents in a source, empty documents left out. What is no YAML, or YAML that takes
 * unreasonable time or memory, is reported to the source, and then there are no trees.
 */
export function parseYaml(source: Source): SourceNode[] {
  const { text } = source;
  // deno-lint-ignore no-control-regex -- YAML 1.2, 5.1: these are not allowed in a stream.
  const control = text.search(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/);
  if (control >= 0) {
    const code = text.charCodeAt(control).toString(16).padStart(2, "0");
    source.report(
      control,
      "",
      `found the control character 0x${code}, a configuration is text`,
      "take it out, or write it as an escape in a double-quoted string",
    );
    return [];
  }
  if (!isWithinLimits(source)) return [];

  // Our own walk finds duplicate keys: the library compares each key with each.
  const documents = parseAllDocuments(text, { prettyErrors: false, uniqueKeys: false });
  if (!Array.isArray(documents)) return [];
  let correct = true;
  for (const { errors, warnings } of documents) {
    let end = -1;
    for (const error of [...errors, ...warnings]) {
      correct = false;
      // What begins within or right behind another error is mostly its consequence.
      if (error.pos[0] > end) reportYamlError(source, error);
      end = Math.max(end, error.pos[1]);
    }
  }
  if (!correct) return [];
  const trees: SourceNode[] = [];
  for (const { contents } of documents) {
    if (contents === null || (isScalar(contents) && contents.source === "")) continue;
    const tree = buildTree(source, contents as Node);
    if (tree === undefined) return [];
    trees.push(tree);
  }
  return trees;
}

function isWithinLimits(source: Source): boolean {
  let tokens = 0;
  let depth = 0;
  let offset = 0;
  for (const token of new Lexer().lex(source.text)) {
    if (token === "[" || token === "{") depth++;
    if (token === "]" || token === "}") depth--;
    if (depth > DEEPEST) return tooDeep(source, offset);
    if (++tokens > MOST_TOKENS) {
      source.report(
        offset,
        "",
        `the file has more than ${MOST_TOKENS} YAML tokens up to here`,
        "split it into several files and name their directory",
      );
      return false;
    }
    // The lexer marks documents, block content and errors by a control character of its own.
    if (token.length !== 1 || token >= " " || token === "\n") offset += token.length;
  }
  return true;
}

function tooDeep(source: Source, offset: number): false {
  source.report(offset, "", `found more than ${DEEPEST} levels of nesting`);
  return false;
}

function reportYamlError(source: Source, error: YAMLError): void {
  const offset = Math.min(error.pos[0], source.text.length);
  const { line } = source.place(offset);
  const text = source.line(line);
  let message = error.message.replace(/\.$/, "");
  let hint: string | undefined;
  // The words glued together are often on the line before the one that then makes no sense.
  const glued = [line, line - 1].map((number) =>
    /^\s*(?:- +)?([a-z_]+:)[^\s:]/.exec(source.line(number))
  )
    .find((match) => match !== null);
  if (error.code === "TAB_AS_INDENT" || /^ *\t/.test(text)) {
    message = "found a tab in the indentation, YAML expects spaces";
    hint = "replace the tabs at the beginning of the lines by spaces";
  } else if (glued !== undefined) {
    hint = `YAML wants a space after the colon of ${quote(glued[1])}`;
  } else if (error.code === "BLOCK_AS_IMPLICIT_KEY") {
    hint = "put quotes around a text that has a colon and a space in it";
  }
  // The parser goes down a level of the file by a level of its own stack.
  if (message.includes("call stack")) tooDeep(source, offset);
  else source.report(offset, "", `not valid YAML: ${message}`, hint);
}

/** Walks the library's tree once; every anchor is converted once and shared by its aliases. */
function buildTree(source: Source, root: Node): SourceNode | undefined {
  const anchors = new Map<string, SourceNode | "open">();
  const sizes = new Map<SourceNode, number>();
  let failed = false;
  let mergedEntries = 0;

  const fail = (offset: number, message: string, hint?: string) => {
    source.report(offset, "", message, hint);
    failed = true;
  };
  const empty = (offset: number): SourceScalar => ({
    kind: "scalar",
    offset,
    endOffset: offset,
    text: "",
    style: "plain",
  });
  const offsetOf = (node: Node) => node.range?.[0] ?? 0;

  const build = (node: Node | null, after: number, depth: number): SourceNode => {
    if (failed || node === null) return empty(after);
    const offset = offsetOf(node);
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target === undefined || target === "open") {
        fail(
          offset,
          target === undefined
            ? `the alias ${quote(`*${node.source}`)} has no anchor before it`
            : `the alias ${quote(`*${node.source}`)} is part of what it stands for`,
        );
        return empty(offset);
      }
      return target;
    }
    if (depth > DEEPEST) {
      failed = !tooDeep(source, offset);
      return empty(offset);
    }
    const anchor = (node as { anchor?: string }).anchor;
    if (anchor !== undefined) anchors.set(anchor, "open");
    const built = isMap(node) ? buildMap(node.items as Pair[], offset, depth) : isSeq(node)
      ? {
        kind: "list" as const,
        offset,
        items: node.items.map((item) => build(item as Node | null, offset, depth + 1)),
      }
      : buildScalar(node as Scalar, offset);
    let size = 1;
    if (built.kind === "list") { for (const item of built.items) size += sizes.get(item) ?? 1; }
    if (built.kind === "map") {
      for (const { value } of built.entries.values()) size += sizes.get(value) ?? 1;
    }
    if (size > MOST_NODES && !failed) {
      fail(offset, `the value that begins here stands for more than ${MOST_NODES} values`);
    }
    if (size > 1) sizes.set(built, size);
    if (anchor !== undefined) anchors.set(anchor, built);
    return built;
  };

  const buildMap = (items: Pair[], offset: number, depth: number): SourceMap => {
    const entries = new Map<string, SourceEntry>();
    const merged: SourceMap[] = [];
    for (const pair of items) {
      const key = pair.key as Node | null;
      const keyOffset = key === null ? offset : offsetOf(key);
      if (key !== null && !isScalar(key)) {
        fail(
          keyOffset,
          `found ${isAlias(key) ? "an alias" : "a collection"} as a key, expected text`,
        );
        continue;
      }
      const text = key === null ? "" : (key as Scalar).source ?? String((key as Scalar).value);
      const value = build(pair.value as Node | null, key?.range?.[1] ?? keyOffset, depth + 1);
      if (text === "<<" && (key as Scalar).type === "PLAIN") {
        for (const part of value.kind === "list" ? value.items : [value]) {
          if (part.kind === "map") merged.push(part);
          else if (!failed) {
            fail(keyOffset, 'found "<<" with something else than a map or a list of maps');
          }
        }
        continue;
      }
      const first = entries.get(text);
      if (first !== undefined) {
        source.report(
          keyOffset,
          "",
          `the key ${quote(text)} is given twice in one map, first in line ${
            source.place(first.keyOffset).line
          }`,
        );
        continue;
      }
      entries.set(text, { keyOffset, value });
    }
    for (const map of merged) {
      // Merging copies, so that it can explode like aliases before anything is counted.
      mergedEntries += map.entries.size;
      if (mergedEntries > MOST_NODES && !failed) {
        fail(offset, `merge keys up to here stand for more than ${MOST_NODES} keys`);
      }
      if (failed) break;
      for (const [key, entry] of map.entries) if (!entries.has(key)) entries.set(key, entry);
    }
    return { kind: "map", offset, entries };
  };

  const tree = build(root, 0, 0);
  return failed ? undefined : tree;
}

function buildScalar(node: Scalar, offset: number): SourceScalar {
  return {
    kind: "scalar",
    offset,
    endOffset: node.range?.[1] ?? offset,
    text: node.source ?? String(node.value ?? ""),
    style: node.type === "QUOTE_DOUBLE"
      ? "double"
      : node.type === "QUOTE_SINGLE"
      ? "single"
      : node.type?.startsWith("BLOCK")
      ? "block"
      : "plain",
  };
}
