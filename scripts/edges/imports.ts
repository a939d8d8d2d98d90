/** Finds the imports in TypeScript text without its comments; it knows nothing of rooms or rules. */

import { lineAt } from "./source_text.ts";

/** One import or re-export of a file. */
export interface Import {
  readonly specifier: string;
  /** `type`: gone when compiled; `static`: loaded with the file; `dynamic`: loaded when reached. */
  readonly kind: "type" | "static" | "dynamic";
  /** From 1. */
  readonly line: number;
}

const STATEMENT =
  /(?<=^|[;\n])[ \t]*(?:import|export)\b(\s+type\b(?!\s*(?:from\b|,)))?\s*((?:[\w$*,\s]|\{[^{}]*\})*?)\bfrom\s*["']([^"'\n]+)["']/g;
const BARE = /(?<=^|[;\n])[ \t]*import\s*["']([^"'\n]+)["']/g;
const DYNAMIC = /\bimport\s*\(\s*["'`]([^"'`\n]+)["'`]/g;

/**
 * All imports of `code` (see `blankComments`), in order of kind. A clause in which each name carries
 * `type` counts as `type`; `typeof import("…")` in a type position counts as `type` as well.
 */
export function parseImports(code: string): Import[] {
  const found: Import[] = [];
  const add = (offset: number, specifier: string, kind: Import["kind"]) => {
    const start = offset + (code.slice(offset).match(/^\s*/)?.[0].length ?? 0);
    found.push({ specifier, kind, line: lineAt(code, start) });
  };
  for (const match of code.matchAll(STATEMENT)) {
    const [, type, clause, specifier] = match;
    add(match.index, specifier, type !== undefined || onlyTypes(clause) ? "type" : "static");
  }
  for (const match of code.matchAll(BARE)) add(match.index, match[1], "static");
  for (const match of code.matchAll(DYNAMIC)) {
    const typeOnly = /\btypeof\s*$/.test(code.slice(Math.max(0, match.index - 20), match.index));
    add(match.index, match[1], typeOnly ? "type" : "dynamic");
  }
  return found;
}

function onlyTypes(clause: string): boolean {
  const names = /^\s*\{([^{}]*)\}\s*$/.exec(clause)?.[1].split(",").filter((name) => name.trim());
  return names !== undefined && names.length > 0 && names.every((name) => /^\s*type\s/.test(name));
}
