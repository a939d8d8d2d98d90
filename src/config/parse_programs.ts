/** Finds and checks the programs in one file's text; it must not know other files. */

import type { z } from "zod";
import { checkProgram } from "./check_program.ts";
import { parseYaml } from "./parse_yaml.ts";
import { buildPlainValue } from "./plain_value.ts";
import { reportSchemaIssues } from "./schema_problems.ts";
import {
  type DocumentConfig,
  documentListSchema,
  documentSchema,
  type ProgramEntry,
} from "./schema.ts";
import type { Source } from "./source.ts";
import { entryAt, type SourceMap, type SourceNode, type SourcePath } from "./source_node.ts";

/** A program as it was written; whether it is right is in the problems of its source. */
export interface ParsedProgram {
  readonly source: Source;
  readonly node: SourceNode;
  readonly path: SourcePath;
  /** What the schema made of it; absent if its document does not match the schema. */
  readonly entry?: ProgramEntry;
}

/**
 * The programs of all documents in a source, `programs:` or `- programs:`. Reports to the source what is
 * wrong with each by itself.
 */
export function parsePrograms(source: Source): ParsedProgram[] {
  const before = source.problems().length;
  const trees = parseYaml(source);
  if (trees.length === 0 && source.problems().length === before) {
    source.report(0, "", "the file is empty, expected programs", 'begin with a line "programs:"');
  }
  return trees.flatMap((tree) => parseDocument(source, withoutExtensions(tree)));
}

function parseDocument(source: Source, tree: SourceNode): ParsedProgram[] {
  if (tree.kind === "scalar") {
    source.report(
      tree.offset,
      "",
      "found text, expected programs",
      'begin with a line "programs:"; its items begin with "- name:"',
    );
    return [];
  }
  if (tree.kind === "list" && tree.items.length === 0) {
    source.report(tree.offset, "", "found an empty list, expected programs");
  }
  const schema: z.ZodType<DocumentConfig | DocumentConfig[]> = tree.kind === "list"
    ? documentListSchema
    : documentSchema;
  const { data, error } = schema.safeParse(buildPlainValue(tree));
  if (error !== undefined) reportSchemaIssues(source, tree, schema, error.issues);
  const documents = data === undefined ? [] : Array.isArray(data) ? data : [data];
  const nodes = tree.kind === "list"
    ? tree.items.map((item, index) => [item, [index]] as const)
    : [[tree, []] as const];
  return nodes.flatMap(([node, path], index) =>
    parseList(source, node, path, documents[index]?.programs)
  );
}

function parseList(
  source: Source,
  document: SourceNode,
  path: SourcePath,
  entries: readonly ProgramEntry[] | undefined,
): ParsedProgram[] {
  const list = entryAt(document, "programs");
  if (list?.value.kind !== "list") return [];
  if (list.value.items.length === 0) {
    source.report(list.keyOffset, "programs", 'found no item in "programs", expected at least one');
  }
  return list.value.items.map((node, index) => {
    const at = [...path, "programs", index];
    checkProgram(source, node, at);
    const entry = entries?.[index];
    return { source, node, path: at, ...(entry === undefined ? {} : { entry }) };
  });
}

/** The document without keys that begin with `x-`: a place for anchors, as in other YAML formats. */
function withoutExtensions(tree: SourceNode): SourceNode {
  if (tree.kind === "list") return { ...tree, items: tree.items.map(withoutExtensions) };
  if (tree.kind === "scalar") return tree;
  const entries = [...tree.entries].filter(([key]) => !key.startsWith("x-"));
  return { ...tree, entries: new Map(entries) } satisfies SourceMap;
}
