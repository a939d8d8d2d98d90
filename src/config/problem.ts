/** Words and pictures of a `ConfigProblem`; it must not know what can be wrong. */

import type { ConfigProblem } from "./config.ts";

const LONGEST_QUOTE = 60;
const LONGEST_EXCERPT = 110;

/** Text in double quotes with control characters escaped, cut after 60 characters. */
export function quote(text: string): string {
  const cut = text.length > LONGEST_QUOTE ? `${sliceWhole(text, 0, LONGEST_QUOTE)}…` : text;
  return `"${cut.replace(/[\\"\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, escapeCharacter)}"`;
}

/** `"a", "b" or "c"`. */
export function quoteList(names: readonly string[]): string {
  const quoted = names.map(quote);
  const last = quoted.pop() ?? "nothing";
  return quoted.length === 0 ? last : `${quoted.join(", ")} or ${last}`;
}

/**
 * `file:line:column: error: message`, then the source line with a caret under the column and the hint,
 * as compilers print it; no line break at the end. Nothing of the file reaches a terminal as a control
 * sequence.
 */
export function formatProblem(problem: ConfigProblem): string {
  const { file, line, column } = problem.place;
  const lines = [`${harmless(file)}:${line}:${column}: error: ${harmless(problem.message)}`];
  const excerpt = problem.sourceLine === undefined
    ? undefined
    : buildExcerpt(problem.sourceLine, column - 1);
  if (excerpt !== undefined) {
    const gutter = String(line).padStart(5);
    lines.push(
      `${gutter} | ${excerpt.text}`,
      `${" ".repeat(gutter.length)} | ${excerpt.indent}^`,
    );
  }
  if (problem.hint !== undefined) lines.push(`  hint: ${harmless(problem.hint)}`);
  return lines.join("\n");
}

/** The part of a line around an index, and the white space that puts a caret under that index. */
function buildExcerpt(
  line: string,
  index: number,
): { text: string; indent: string } | undefined {
  if (index > line.length) return undefined;
  const trimmed = line.trimEnd();
  let start = 0;
  let end = trimmed.length;
  if (end > LONGEST_EXCERPT) {
    start = Math.max(0, Math.min(index - 40, end - LONGEST_EXCERPT));
    end = Math.min(trimmed.length, start + LONGEST_EXCERPT);
  }
  const before = harmless(sliceWhole(trimmed, start, Math.max(start, Math.min(index, end))));
  const after = harmless(sliceWhole(trimmed, Math.min(index, end), end));
  const opening = start > 0 ? "…" : "";
  const closing = end < trimmed.length ? "…" : "";
  // Tabs stay tabs, so that the caret stands right whatever a terminal makes of them.
  const indent = (opening + before).replace(/[^\t]/gu, (character) => " ".repeat(cells(character)));
  return { text: opening + before + after + closing, indent };
}

/** Terminal cells of a character: wide for East Asian scripts and pictures, none for marks. */
function cells(character: string): number {
  if (/\p{M}/u.test(character)) return 0;
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|\p{Emoji_Presentation}/u
      .test(character)
    ? 2
    : 1;
}

function harmless(text: string): string {
  return text.toWellFormed().replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => character === "\t" ? character : escapeCharacter(character),
  );
}

function escapeCharacter(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\t") return "\\t";
  if (character === '"' || character === "\\") return `\\${character}`;
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

/** A slice that does not leave half of a surrogate pair at its end. */
function sliceWhole(text: string, start: number, end: number): string {
  return text.slice(start, end).replace(/[\ud800-\udbff]$/, "");
}
