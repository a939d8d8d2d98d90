/**
 * The text of `/tables`: every row of every table with its raw key, for people who look for an error. It
 * must know nothing of series: rows come as the kernel has them.
 */

import { wideIntegerText } from "../exposition/wide_integer.ts";
import { rawText } from "../tables/raw_text.ts";
import type { TableReader } from "../tables/table_reader.ts";
import type { TableRows } from "../tables/table_rows.ts";
import { decodeLabels } from "./decode_labels.ts";
import type { PlannedLabel } from "./label_plan.ts";

/** What this page needs of a metric on a table. */
interface LabelledSource {
  readonly program: string;
  readonly labels: readonly PlannedLabel[];
}

/**
 * Markdown in the original's form. Of several metrics on a table the last one's labels are shown; rows that
 * a decoder drops are left out, rows that cannot be decoded show why.
 */
export async function* tablesText(
  tables: ReadonlyMap<TableReader, readonly LabelledSource[]>,
): AsyncGenerator<string> {
  let program: string | undefined;
  for (const [reader, sources] of tables) {
    const source = sources[sources.length - 1];
    if (sources[0].program !== program) {
      program = sources[0].program;
      yield `## Program: ${program}\n\n`;
    }
    yield `### Table: ${reader.name}\n\n\`\`\`\n`;
    try {
      for await (const rows of reader.pages()) {
        yield* pageText(reader, source.labels, rows);
      }
    } catch (error) {
      yield `${(error as Error).message}\n`;
    }
    yield "```\n\n";
  }
}

/** Text is handed on as soon as it has so many characters: rows can be long. */
const PIECE_LENGTH = 16 * 1024;

function* pageText(
  reader: TableReader,
  labels: readonly PlannedLabel[],
  rows: TableRows,
): Generator<string> {
  let text = "";
  for (let row = 0; row < rows.count; row++) {
    const key = rows.keys.subarray(row * rows.keyStride, (row + 1) * rows.keyStride);
    const shown = labelsText(labels, key);
    if (shown === undefined) continue;
    const high = rows.values[row * 2 + 1];
    const value = wideIntegerText(rows.values[row * 2], reader.signed ? high | 0 : high);
    const line = `${rawText(reader.layout.key, key)} (${shown}) -> ${value}.000000`;
    text += `${line.replaceAll("\n", "\\n")}\n`;
    if (text.length >= PIECE_LENGTH) {
      yield text;
      text = "";
    }
  }
  if (text !== "") yield text;
}

function labelsText(labels: readonly PlannedLabel[], key: Uint8Array): string | undefined {
  try {
    const texts = decodeLabels(labels, key, { expires: false });
    return texts && `[${texts.join(" ")}]`;
  } catch (error) {
    return `left out: ${(error as Error).message}`;
  }
}
