/** Three rows and a metric on them, the fixture that the cases at the edges have in common. */

import { type FillProgram, setRow } from "./fill.ts";

/** Rows 1, 2 and 3 with names row1 to row3 and values 10, 20 and 30: what the peers were tried with. */
export const threeRows = (table: string) =>
  [1, 2, 3].map((row) =>
    setRow(
      table,
      "struct row_t",
      `key.number = ${row}; __builtin_memcpy(key.name, "row${row}", 4);`,
      `${row}0`,
    )
  ).join("\n");
export const rowStruct = "struct row_t { u64 number; char name[8]; };";
export const number = "{ name: number, decoders: [{ name: uint }] }";
export const name = "{ name: name, decoders: [{ name: string }] }";

/** A program that is good, and one that shares its metric or breaks in some way. */
export const counter = (
  table: string,
  help = "Rows",
  metric = "rows_total",
  labels = `[${number}, ${name}]`,
) => `counters: [{ name: ${metric}, help: ${help}, table: ${table}, labels: ${labels} }]`;
export const good: FillProgram = {
  name: "good",
  metrics: counter("rows"),
  tables: `${rowStruct}\nBPF_HASH(rows, struct row_t);`,
  fill: threeRows("rows"),
};
