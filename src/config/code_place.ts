/** Maps places in a code block to places in its YAML file and back; it must not know a C compiler. */

import type { CodeBlock, Place } from "./config.ts";
import type { SourceScalar } from "./source_node.ts";
import type { Source } from "./source.ts";

type Segment = readonly [number, number, number, number];

/**
 * The place in the file of a place in the code. Lines and columns count from 1; the column counts bytes
 * of UTF-8, as clang does, and is 1 for "the line as a whole". A place after the end is the end's.
 */
export function placeInCode(code: CodeBlock, line: number, column: number): Place {
  const { file, segments } = code;
  const last = code.text.trimEnd().split("\n").length;
  if (line > last) return placeInCode(code, last, 1);
  const unit = unitColumn(code.text, line, column);
  let low = -1;
  let high = segments.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const [codeLine, codeColumn] = segments[middle];
    if (codeLine < line || (codeLine === line && codeColumn <= unit)) low = middle;
    else high = middle - 1;
  }
  if (low < 0) {
    const [, , fileLine = 1, fileColumn = 1] = segments[0] ?? [];
    return { file, line: fileLine, column: fileColumn };
  }
  const [codeLine, codeColumn, fileLine, fileColumn] = segments[low];
  if (codeLine === line) return { file, line: fileLine, column: fileColumn + unit - codeColumn };
  // An empty line of the code has no segment: it lies between its neighbours' lines.
  const next = segments[low + 1]?.[2] ?? Infinity;
  const below = Math.max(fileLine, Math.min(fileLine + line - codeLine, next - 1));
  return { file, line: below, column: 1 };
}

/** The UTF-16 column in a line of the text of a column in bytes. */
function unitColumn(text: string, line: number, byteColumn: number): number {
  let start = 0;
  for (let i = 1; i < line; i++) {
    const end = text.indexOf("\n", start);
    if (end < 0) return 1;
    start = end + 1;
  }
  let units = 0;
  for (let bytes = 1; bytes < byteColumn;) {
    const point = text.codePointAt(start + units);
    if (point === undefined || point === 0x0a) break;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    units += point < 0x10000 ? 1 : 2;
  }
  return units + 1;
}

/**
 * The code block of a YAML scalar. Whatever the scalar's style, the characters of its value that are not
 * white space are those of the source in the same order, once escapes are read: they are walked through in
 * step, and white space lies where its neighbours are (YAML 1.2, chapters 7.3 and 8.1).
 */
export function buildCodeBlock(source: Source, scalar: SourceScalar): CodeBlock {
  const segments: Segment[] = [];
  const value = scalar.text;
  const { text } = source;
  let at = scalar.offset;
  if (scalar.style === "double" || scalar.style === "single") at++;
  // After the header of a block scalar (`|2- # comment`) the content begins on the next line.
  if (scalar.style === "block") at = Math.max(at, text.indexOf("\n", at));

  let fileLine = source.place(at).line;
  let lineStart = at - (source.place(at).column - 1);
  let codeLine = 1;
  let codeLineStart = 0;
  for (let i = 0; i < value.length; i++) {
    const wanted = value[i];
    if (wanted === "\n") {
      codeLine++;
      codeLineStart = i + 1;
    }
    if (isWhiteSpace(wanted)) continue;
    let token = readToken(text, at, scalar.style);
    while (at < scalar.endOffset && isWhiteSpace(token.value)) {
      if (text[at] === "\n") {
        fileLine++;
        lineStart = at + 1;
      } else if (token.length === 2 && text[at + 1] === "\n") {
        fileLine++;
        lineStart = at + 2;
      }
      at += token.length;
      token = readToken(text, at, scalar.style);
    }
    const column = i - codeLineStart + 1;
    const fileColumn = at - lineStart + 1;
    const last = segments.at(-1);
    const goesOn = last !== undefined && last[0] === codeLine && last[2] === fileLine &&
      last[3] - last[1] === fileColumn - column;
    if (!goesOn) {
      const opensLine = last === undefined || last[0] !== codeLine;
      // The indentation of the code's own line lies left of its first character.
      const back = opensLine ? Math.min(column, fileColumn) - 1 : 0;
      segments.push([codeLine, column - back, fileLine, fileColumn - back]);
    }
    at += token.length;
    // An escape above U+FFFF stands for two characters of the value.
    i += token.value.length - 1;
  }
  return { text: value, file: source.file, segments };
}

function isWhiteSpace(text: string): boolean {
  return text === " " || text === "\n" || text === "\t" || text === "\r" || text === "";
}

/** One character of the source with what it stands for; "" for a line break that is escaped away. */
function readToken(
  text: string,
  at: number,
  style: SourceScalar["style"],
): { value: string; length: number } {
  if (style === "single" && text.startsWith("''", at)) return { value: "'", length: 2 };
  if (style !== "double" || text[at] !== "\\") return { value: text[at] ?? "", length: 1 };
  const letter = text[at + 1] ?? "";
  const digits = { x: 2, u: 4, U: 8 }[letter];
  if (digits !== undefined) {
    const code = Number.parseInt(text.slice(at + 2, at + 2 + digits), 16);
    return { value: String.fromCodePoint(code <= 0x10ffff ? code : 0xfffd), length: 2 + digits };
  }
  if (letter === "\n") return { value: "", length: 2 };
  return { value: "nt r".includes(letter) ? " " : letter, length: 2 };
}
