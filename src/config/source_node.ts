/** The tree of a YAML document with where each node stands; it must not know what the keys mean. */

/** A node of the tree. A node that is reached through an alias is shared, never copied. */
export type SourceNode = SourceMap | SourceList | SourceScalar;

export interface SourceMap {
  readonly kind: "map";
  /** Index into the source's text. */
  readonly offset: number;
  /** By the key's source text, in the order of the file. */
  readonly entries: ReadonlyMap<string, SourceEntry>;
}

export interface SourceEntry {
  readonly keyOffset: number;
  readonly value: SourceNode;
}

export interface SourceList {
  readonly kind: "list";
  readonly offset: number;
  readonly items: readonly SourceNode[];
}

export interface SourceScalar {
  readonly kind: "scalar";
  readonly offset: number;
  /** One past the last character of the scalar in the source's text. */
  readonly endOffset: number;
  /** What was written for a plain scalar, the content of a quoted or block scalar. */
  readonly text: string;
  readonly style: "plain" | "single" | "double" | "block";
}

export type SourcePath = readonly (string | number)[];

/** The node at a path, or undefined. */
export function nodeAt(root: SourceNode, path: SourcePath): SourceNode | undefined {
  let node: SourceNode | undefined = root;
  for (const step of path) {
    if (node === undefined) return undefined;
    node = typeof step === "number" ? itemAt(node, step) : entryAt(node, step)?.value;
  }
  return node;
}

/** The entry of a map; undefined also where the node is no map. */
export function entryAt(node: SourceNode | undefined, key: string): SourceEntry | undefined {
  return node?.kind === "map" ? node.entries.get(key) : undefined;
}

/** The entry of a map unless its value is nothing, which is the same as no such key. */
export function presentEntry(node: SourceNode | undefined, key: string): SourceEntry | undefined {
  const entry = entryAt(node, key);
  return entry === undefined || isNull(entry.value) ? undefined : entry;
}

/** Where the value at a key begins, or the node itself where it has no such key. */
export function valueOffset(node: SourceNode, key: string): number {
  return entryAt(node, key)?.value.offset ?? node.offset;
}

function itemAt(node: SourceNode, index: number): SourceNode | undefined {
  return node.kind === "list" ? node.items[index] : undefined;
}

/** The items of a list at a key; none where it is absent or no list. */
export function itemsAt(node: SourceNode | undefined, key: string): readonly SourceNode[] {
  const value = entryAt(node, key)?.value;
  return value?.kind === "list" ? value.items : [];
}

/** The text of a scalar at a key; undefined where it is absent, null or no scalar. */
export function textAt(node: SourceNode | undefined, key: string): string | undefined {
  const value = presentEntry(node, key)?.value;
  return value?.kind === "scalar" ? value.text : undefined;
}

/** Whether a scalar is YAML's null: nothing, `~`, `null`. */
export function isNull(node: SourceNode): boolean {
  return node.kind === "scalar" && node.style === "plain" &&
    /^(?:|~|null|Null|NULL)$/.test(node.text);
}

/** `programs[0].metrics`; keys that are no plain words are quoted. */
export function pathText(path: SourcePath): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (/^[A-Za-z_][A-Za-z0-9_-]*$/.test(step)) text += text === "" ? step : `.${step}`;
    else text += `[${JSON.stringify(step.length > 60 ? `${step.slice(0, 60)}…` : step)}]`;
  }
  return text;
}
