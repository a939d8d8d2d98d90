/** Turns a tree into the plain values that a schema checks; it must not know what the keys mean. */

import { isNull, type SourceNode } from "./source_node.ts";

/**
 * A plain scalar that could be a number or a truth value: its text decides for a schema that wants text
 * (`0x1` stays `0x1`), its meaning for one that wants something else.
 */
export class PlainScalar {
  constructor(readonly text: string, readonly isNull: boolean) {}
}

/**
 * Objects without a prototype, arrays, strings, and `PlainScalar` for everything that is not quoted.
 * Shared nodes become shared values.
 */
export function buildPlainValue(root: SourceNode): unknown {
  const built = new Map<SourceNode, unknown>();
  const build = (node: SourceNode): unknown => {
    if (node.kind === "scalar") {
      return node.style === "plain" ? new PlainScalar(node.text, isNull(node)) : node.text;
    }
    const known = built.get(node);
    if (known !== undefined) return known;
    let value: unknown;
    if (node.kind === "list") value = node.items.map(build);
    else {
      const object: Record<string, unknown> = Object.create(null);
      for (const [key, entry] of node.entries) object[key] = build(entry.value);
      value = object;
    }
    built.set(node, value);
    return value;
  };
  return build(root);
}
