/** Says what a schema found in words that help; it must not know what the keys mean. */

import { z } from "zod";
import { KEYS_OF_OTHERS } from "./names.ts";
import { nearestName } from "./nearest.ts";
import { quote } from "./problem.ts";
import { structs } from "./schema.ts";
import type { Source } from "./source.ts";
import {
  entryAt,
  nodeAt,
  pathText,
  type SourceNode,
  type SourcePath,
  textAt,
} from "./source_node.ts";

/** Reports the issues of a schema: at the key for a key that is wrong, else at the value. */
export function reportSchemaIssues(
  source: Source,
  root: SourceNode,
  schema: z.ZodType,
  issues: readonly z.core.$ZodIssue[],
): void {
  const wrongValues = new Set<SourceNode>();
  for (const issue of issues) {
    const path = issue.path.filter((step) => typeof step !== "symbol");
    if (issue.code === "unrecognized_keys") {
      const known = knownKeys(schemaAt(schema, path));
      for (const key of issue.keys) reportUnknownKey(source, root, path, key, known);
      continue;
    }
    const node = nodeAt(root, path);
    const parentPath = path.slice(0, -1);
    const parent = nodeAt(root, parentPath);
    const key = path.at(-1);
    const entry = typeof key === "string" ? entryAt(parent, key) : undefined;
    if (issue.code === "custom" && issue.params?.atKey === true && entry !== undefined) {
      source.report(entry.keyOffset, pathText(path), issue.message);
    } else if (node === undefined || (entry !== undefined && isEmpty(node))) {
      source.report(
        entry?.keyOffset ?? parent?.offset ?? root.offset,
        pathText(parentPath),
        `${describeOwner(parent, parentPath)} has no ${quote(String(key))}`,
        describe(schemaAt(schema, path)),
      );
    } else if (!wrongValues.has(node)) {
      // One limit that is broken is enough to say about one value.
      wrongValues.add(node);
      source.report(node.offset, pathText(path), wrongValue(issue, node, key));
    }
  }
}

function wrongValue(
  issue: z.core.$ZodIssue,
  node: SourceNode,
  key: string | number | undefined,
): string {
  const where = typeof key === "string" ? ` for ${quote(key)}` : "";
  const found = `found ${describeNode(node)}${where}`;
  if (issue.code === "invalid_type") {
    const expected = {
      array: "a list",
      object: "a map of keys and values",
      record: "a map of names and values",
      string: "text",
      number: issue.message.startsWith("expected ") ? issue.message.slice(9) : "a number",
      int: "a whole number",
      boolean: "true or false",
    }[issue.expected as string] ?? issue.expected;
    return `${found}, expected ${expected}`;
  }
  if (node.kind !== "scalar") return `${found}, expected text`;
  // Messages that begin with "expected" say what, and leave what was found to us.
  return issue.message.startsWith("expected ") ? `${found}, ${issue.message}` : issue.message;
}

function reportUnknownKey(
  source: Source,
  root: SourceNode,
  path: SourcePath,
  key: string,
  known: readonly string[],
): void {
  const offset = entryAt(nodeAt(root, path), key)?.keyOffset ?? 0;
  const at = pathText([...path, key]);
  if (Object.hasOwn(KEYS_OF_OTHERS, key)) {
    source.report(
      offset,
      at,
      `${quote(key)} is not supported by this version`,
      KEYS_OF_OTHERS[key],
    );
    return;
  }
  const nearest = nearestName(key, known);
  const owner = Object.entries(structs).find(([, schema]) => knownKeys(schema).includes(key))?.[0];
  const hint = nearest !== undefined
    ? `did you mean ${quote(nearest)}`
    : owner !== undefined
    ? `${quote(key)} is a key of ${owner === "alternative" ? "an" : "a"} ${owner}`
    : `the keys that are known here: ${known.join(", ")}`;
  source.report(offset, at, `unknown key ${quote(key)}`, hint);
}

/** `the counter "x"`, as far as the names are there. */
export function describeOwner(node: SourceNode | undefined, path: SourcePath): string {
  const kind = path.findLast((step) => typeof step === "string");
  if (kind === undefined || path.length === 0) return "the file";
  const name = textAt(node, "name");
  return `the ${kind.replace(/s$/, "")}${name === undefined ? "" : ` ${quote(name)}`}`;
}

function describeNode(node: SourceNode): string {
  if (node.kind === "map") return "a map";
  if (node.kind === "list") return "a list";
  return isEmpty(node) ? "nothing" : quote(node.text);
}

function isEmpty(node: SourceNode): boolean {
  return node.kind === "scalar" && node.style === "plain" && node.text === "";
}

function describe(schema: z.ZodType | undefined): string | undefined {
  const words = schema?.description;
  return words === undefined ? undefined : `expected: ${words}`;
}

/** The schema of what is at a path, behind optional, default and preprocess; undefined where none is. */
function schemaAt(schema: z.ZodType | undefined, path: SourcePath): z.ZodType | undefined {
  let at = schema;
  for (const step of path) {
    const inner = at === undefined ? undefined : unwrap(at);
    if (inner instanceof z.ZodObject) at = inner.shape[step];
    else if (inner instanceof z.ZodArray) at = inner.element as z.ZodType;
    else if (inner instanceof z.ZodRecord) at = inner.valueType as z.ZodType;
    else return undefined;
  }
  return at;
}

function unwrap(schema: z.ZodType): z.ZodType {
  let at = schema;
  for (;;) {
    if (at instanceof z.ZodOptional || at instanceof z.ZodDefault) at = at.unwrap() as z.ZodType;
    else if (at instanceof z.ZodPipe) at = at.out as z.ZodType;
    else return at;
  }
}

function knownKeys(schema: z.ZodType | undefined): string[] {
  const inner = schema === undefined ? undefined : unwrap(schema);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}
