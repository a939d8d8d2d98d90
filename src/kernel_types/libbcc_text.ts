/** Takes libbcc's own headers out of its shared object; it does not know what the kernel's types are. */

import { type CNames, cNames } from "./c_names.ts";

/** What libbcc puts before every program. */
export interface LibbccText {
  /** The embedded headers' text, one after the other. */
  readonly text: string;
  /** What these headers define and use. */
  readonly names: CNames;
}

/**
 * libbcc carries `bpf.h`, `helpers.h` and some others as NUL-terminated strings in its read-only data (its
 * `src/cc/export` and `src/cc/compat/linux/virtual_bpf.h`). Finds them in the bytes of the shared object by what
 * they all have: a line that defines or includes. Throws if there is no `bpf.h` among them.
 */
export function readLibbccText(sharedObject: Uint8Array): LibbccText {
  const all = new TextDecoder("latin1").decode(sharedObject);
  const pieces: string[] = [];
  const mark = /\n#(?:define|include|ifndef) /g;
  for (let hit = mark.exec(all); hit !== null; hit = mark.exec(all)) {
    const end = all.indexOf("\0", hit.index);
    const piece = all.slice(all.lastIndexOf("\0", hit.index) + 1, end < 0 ? all.length : end);
    // bytes of other data may stand directly before the text
    // deno-lint-ignore no-control-regex
    pieces.push(piece.replace(/^[^]*[\x00-\x08\x0e-\x1f]/, ""));
    mark.lastIndex = end < 0 ? all.length : end;
  }
  const text = pieces.join("\n");
  if (!text.includes("#define _UAPI__LINUX_BPF_H__") || !text.includes("__BPF_HELPERS_H")) {
    throw new Error(
      "found no bpf.h and helpers.h in libbcc, expected a libbcc that carries its headers as text: " +
        "install the distribution's libbcc package",
    );
  }
  return { text, names: cNames(text) };
}

/** The declarations of libbcc's helpers that the program calls: their parameter types must be there. */
export function calledHelperTypes(libbcc: LibbccText, used: ReadonlySet<string>): Set<string> {
  const tags = new Set<string>();
  for (const match of libbcc.text.matchAll(/^static ([^;={}]*)\(\*(\w+)\)([^;={}]*)=/gm)) {
    if (!used.has(match[2])) continue;
    for (const tag of `${match[1]} ${match[3]}`.matchAll(/\b(?:struct|union|enum) (\w+)/g)) {
      tags.add(tag[1]);
    }
  }
  return tags;
}
