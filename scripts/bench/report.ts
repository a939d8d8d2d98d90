/** Measurements as a table for a person: one column an exporter, ratios to the last one where it is a peer. */

import type { Measurement } from "./measure.ts";

interface Line {
  readonly what: string;
  readonly digits: number;
  value(measurement: Measurement): number;
}

const LINES: readonly Line[] = [
  { what: "start to first scrape, ms", digits: 0, value: ({ startMs }) => startMs },
  { what: "memory at rest, RSS MB", digits: 1, value: ({ restMemory }) => restMemory.rssMb },
  { what: "memory at rest, PSS MB", digits: 1, value: ({ restMemory }) => restMemory.pssMb },
  { what: "scrape, ms: median", digits: 2, value: ({ scrapeMs }) => scrapeMs.median },
  { what: "scrape, ms: min", digits: 2, value: ({ scrapeMs }) => scrapeMs.min },
  { what: "scrape, ms: max", digits: 2, value: ({ scrapeMs }) => scrapeMs.max },
  { what: "CPU per scrape, ms", digits: 1, value: ({ cpuMsPerScrape }) => cpuMsPerScrape },
  { what: "answer, kB", digits: 0, value: ({ sizeBytes }) => sizeBytes / 1000 },
  { what: "after scrapes, RSS MB", digits: 1, value: ({ scrapedMemory }) => scrapedMemory.rssMb },
  { what: "after scrapes, PSS MB", digits: 1, value: ({ scrapedMemory }) => scrapedMemory.pssMb },
];

/**
 * Builds the text of a table. With `peer`, the last measurement is the peer's, and each other one gets a column
 * "of peer" that holds its share of the peer's number: below 1 is better.
 */
export function buildReport(
  title: string,
  measurements: readonly Measurement[],
  peer: boolean,
): string {
  const last = measurements.length - 1;
  const isCompared = (index: number) => peer && index < last;
  const header = [title];
  measurements.forEach(({ name }, index) => {
    header.push(name, ...(isCompared(index) ? ["of peer"] : []));
  });
  const rows = LINES.map(({ what, digits, value }) => {
    const cells = [what];
    measurements.forEach((measurement, index) => {
      const number = value(measurement);
      cells.push(number.toFixed(digits));
      if (isCompared(index)) cells.push((number / value(measurements[last])).toFixed(3));
    });
    return cells;
  });
  return alignColumns([header, ...rows]);
}

/** The first column to the left, numbers to the right. */
function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])
    ).join("  ") + "\n"
  ).join("");
}
