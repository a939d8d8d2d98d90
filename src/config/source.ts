/** The text of one configuration file and the problems found in it; it must not know YAML. */

import type { ConfigProblem, Place } from "./config.ts";

/** More than a person repairs before trying again; a hostile file can have a million. */
const MOST_PROBLEMS = 100;
const LONGEST_SOURCE_LINE = 4096;

export interface Source {
  readonly file: string;
  readonly text: string;
  /** The place of an index into `text`. */
  place(offset: number): Place;
  /** The line with that number (from 1), without its line break, cut after 4096 characters. */
  line(line: number): string;
  /** Takes a problem down; after the 100th they are only counted. */
  report(offset: number, path: string, message: string, hint?: string): void;
  /** Everything reported so far, by place. */
  problems(): ConfigProblem[];
}

/** A source without problems yet. */
export function buildSource(file: string, text: string): Source {
  const lineStarts = findLineStarts(text);
  const found: ConfigProblem[] = [];
  const seen = new Set<string>();
  let left = 0;

  const lineIndex = (offset: number) => {
    let low = 0;
    let high = lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (lineStarts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  const place = (offset: number): Place => {
    const index = lineIndex(offset);
    return { file, line: index + 1, column: offset - lineStarts[index] + 1 };
  };
  const line = (number: number) => {
    const start = lineStarts[number - 1] ?? text.length;
    const end = number < lineStarts.length ? lineStarts[number] : text.length;
    return text.slice(start, Math.min(end, start + LONGEST_SOURCE_LINE)).replace(/[\r\n]+$/, "");
  };

  return {
    file,
    text,
    place,
    line,
    report(offset, path, message, hint) {
      const identity = `${offset}\0${message}`;
      // An aliased node is visited once per alias, and is wrong once.
      if (seen.has(identity)) return;
      if (found.length >= MOST_PROBLEMS) {
        left++;
        return;
      }
      seen.add(identity);
      const at = place(offset);
      found.push({
        place: at,
        path,
        message,
        ...(hint === undefined ? {} : { hint }),
        sourceLine: line(at.line),
      });
    },
    problems() {
      const sorted = found.toSorted((a, b) =>
        a.place.line - b.place.line || a.place.column - b.place.column
      );
      if (left > 0) {
        const at = sorted[sorted.length - 1].place;
        sorted.push({ place: at, path: "", message: `${left} more problems are not shown` });
      }
      return sorted;
    },
  };
}

function findLineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}
