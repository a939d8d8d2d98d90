/**
 * Fails on any import between rooms that the architecture does not allow, on import cycles, and on
 * words in the wrong place; it scans text only, and knows the rules from `edges/rules.ts` alone.
 */

import { dirname, join, normalize } from "node:path/posix";
import { type Import, parseImports } from "./edges/imports.ts";
import {
  ALLOWED_FILES,
  ALLOWED_ROOMS,
  FOREIGN_TEXT,
  HEAVY_PACKAGES,
  PACKAGE_PLACES,
  SHORT_LIVED,
  WORD_PLACES,
} from "./edges/rules.ts";
import { blankComments, lineAt } from "./edges/source_text.ts";

interface SourceFile {
  readonly path: string;
  readonly room: string;
  readonly code: string;
  readonly imports: readonly Import[];
}

/**
 * The broken rules in a tree, one `path:line: sentence` each, sorted; none if all is well. `files`
 * maps paths relative to the repository's root to their text. Rules of imports and words are for
 * main.ts and src, those of foreign text for every file.
 */
export function checkEdges(files: ReadonlyMap<string, string>): string[] {
  const sources = new Map<string, SourceFile>();
  const problems: string[] = [];
  for (const [path, text] of files) {
    if (path === "main.ts" || /^src\/.*\.ts$/.test(path)) {
      const code = blankComments(text);
      sources.set(path, { path, room: roomOf(path), code, imports: parseImports(code) });
    }
    for (const match of path === "deno.lock" ? [] : text.matchAll(FOREIGN_TEXT)) {
      const line = lineAt(text, match.index);
      problems.push(`${path}:${line}: "${match[0]}" ties the project to one registry or machine`);
    }
  }
  for (const source of sources.values()) {
    if (ALLOWED_ROOMS[source.room] === undefined) {
      problems.push(`${source.path}:1: room "${source.room}" is not in scripts/edges/rules.ts`);
    }
    problems.push(...checkImports(source, files), ...checkWords(source));
  }
  problems.push(...checkHeavyPackages(sources), ...checkCycles(sources));
  return problems.sort();
}

/** `src/tables/row.ts` → `tables`, `src/exporter.ts` → `exporter`, `main.ts` → `main`. */
function roomOf(path: string): string {
  return path.replace(/^src\//, "").replace(/\/.*$|\.ts$/, "");
}

/** The path in the tree that a relative import means; undefined for a package. */
function targetOf(source: SourceFile, edge: Import): string | undefined {
  return edge.specifier.startsWith(".")
    ? normalize(join(dirname(source.path), edge.specifier))
    : undefined;
}

function* checkImports(
  source: SourceFile,
  paths: { has(path: string): boolean },
): Iterable<string> {
  for (const edge of source.imports) {
    const at = `${source.path}:${edge.line}:`;
    const target = targetOf(source, edge);
    if (target === undefined) {
      yield* checkPackage(source, edge, at);
    } else if (!mayImport(source.room, target, edge)) {
      const form = edge.kind === "type" ? "types of " : "";
      yield `${at} room "${source.room}" may not import ${form}"${target}"`;
    } else if (!paths.has(target)) {
      yield `${at} imports "${target}", which is not there`;
    }
  }
}

function mayImport(room: string, target: string, edge: Import): boolean {
  const targetRoom = roomOf(target);
  if (room === targetRoom || ALLOWED_ROOMS[room]?.includes(targetRoom)) return true;
  return ALLOWED_FILES.some((row) =>
    row.file === target && row.mayImport(room) && (!row.typeOnly || edge.kind === "type")
  );
}

function* checkPackage(source: SourceFile, edge: Import, at: string): Iterable<string> {
  if (/^(?:https?|jsr|npm):/.test(edge.specifier)) {
    yield `${at} imports "${edge.specifier}"; a package is imported by its name in deno.json`;
  }
  const row = PACKAGE_PLACES.find((row) => isPackage(edge.specifier, row.name));
  if (row !== undefined && !row.in.test(source.path)) {
    yield `${at} imports "${edge.specifier}", which only ${row.in.source} may`;
  }
}

function isPackage(specifier: string, name: string): boolean {
  return specifier === name || specifier.startsWith(name + "/");
}

function* checkWords(source: SourceFile): Iterable<string> {
  for (const row of WORD_PLACES) {
    if (row.in.test(source.path)) continue;
    for (const match of source.code.matchAll(row.word)) {
      const line = lineAt(source.code, match.index);
      yield `${source.path}:${line}: "${match[0]}": ${row.what} belongs in ${row.in.source} only`;
    }
  }
}

function* checkHeavyPackages(sources: ReadonlyMap<string, SourceFile>): Iterable<string> {
  for (const { edge, source, way } of heavyImports("main.ts", sources)) {
    yield `${source.path}:${edge.line}: "${edge.specifier}" is loaded at every start ` +
      `(${way.join(" → ")}): import it dynamically where it is needed`;
  }
  for (const source of sources.values()) {
    if (SHORT_LIVED.includes(source.path)) continue;
    for (const edge of source.imports) {
      const target = edge.kind === "dynamic" ? targetOf(source, edge) : undefined;
      if (target === undefined || SHORT_LIVED.includes(target)) continue;
      const told = new Set<string>();
      for (const heavy of heavyImports(target, sources)) {
        if (!["yaml", "zod"].some((name) => isPackage(heavy.edge.specifier, name))) continue;
        if (told.has(heavy.edge.specifier)) continue;
        told.add(heavy.edge.specifier);
        yield `${source.path}:${edge.line}: loads "${heavy.edge.specifier}" ` +
          `(${heavy.way.join(" → ")}), which only ${SHORT_LIVED.join(" and ")} may`;
      }
    }
  }
}

/** Heavy packages that loading `start` loads with it, and the way of static imports there. */
function* heavyImports(
  start: string,
  sources: ReadonlyMap<string, SourceFile>,
): Iterable<{ edge: Import; source: SourceFile; way: readonly string[] }> {
  const seen = new Set([start]);
  const queue: string[][] = [[start]];
  for (let way = queue.shift(); way !== undefined; way = queue.shift()) {
    const source = sources.get(way[way.length - 1]);
    for (const edge of source?.imports ?? []) {
      if (edge.kind !== "static" || source === undefined) continue;
      const target = targetOf(source, edge);
      if (target === undefined) {
        if (HEAVY_PACKAGES.some((name) => isPackage(edge.specifier, name))) {
          yield { edge, source, way };
        }
      } else if (!seen.has(target)) {
        seen.add(target);
        queue.push([...way, target]);
      }
    }
  }
}

/** Cycles over imports of all kinds; each is told once, from the file where the walk meets it. */
function* checkCycles(sources: ReadonlyMap<string, SourceFile>): Iterable<string> {
  const done = new Set<string>();
  const way: string[] = [];
  function* walk(path: string): Iterable<string> {
    const start = way.indexOf(path);
    if (start >= 0) yield `${path}:1: import cycle: ${[...way.slice(start), path].join(" → ")}`;
    const source = sources.get(path);
    if (start >= 0 || done.has(path) || source === undefined) return;
    way.push(path);
    for (const edge of source.imports) {
      const target = targetOf(source, edge);
      if (target !== undefined) yield* walk(target);
    }
    way.pop();
    done.add(path);
  }
  for (const path of [...sources.keys()].sort()) yield* walk(path);
}

/** Folders that hold nothing of the project's own. */
const PASSED_OVER = [".git", ".cache", "dist", "node_modules"];

/** Adds the text of every file below `root`, by its path from there. */
async function readTree(root: string, folder = "", files = new Map<string, string>()) {
  for await (const { name, isDirectory, isFile } of Deno.readDir(join(root, folder))) {
    const path = join(folder, name);
    if (isDirectory && !PASSED_OVER.includes(name)) await readTree(root, path, files);
    if (!isFile) continue;
    const bytes = await Deno.readFile(join(root, path));
    if (!bytes.subarray(0, 8000).includes(0)) files.set(path, new TextDecoder().decode(bytes));
  }
  return files;
}

if (import.meta.main) {
  const files = await readTree(join(import.meta.dirname!, ".."));
  const problems = checkEdges(files);
  for (const problem of problems) console.error(problem);
  console.error(
    problems.length === 0
      ? `import edges: ${files.size} files, all as the architecture allows`
      : `import edges: ${problems.length} broken rules (rules: scripts/edges/rules.ts)`,
  );
  if (problems.length > 0) Deno.exit(1);
}
