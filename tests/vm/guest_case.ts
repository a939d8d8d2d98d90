/** How a guest tells its host what it saw: one JSON line per case; it knows nothing of QEMU. */

/** What runs inside the guest; it throws if it sees anything but what it expects. */
export interface GuestCase {
  readonly name: string;
  run(): void | Promise<void>;
}

/** A line that the guest prints when a case has ended. */
export interface CaseLine {
  readonly case: string;
  readonly seconds: number;
  /** The error with its stack; absent if the case passed. */
  readonly error?: string;
}

/** The last line that the guest prints: no case was lost on the way. */
export interface EndLine {
  readonly cases: number;
}

/** Lines begin with this, so that a case may print what it likes. */
const MARK = "vm-case: ";

/** Runs all cases in order, prints a line for each and one at the end. */
export async function runCases(cases: readonly GuestCase[]): Promise<void> {
  for (const { name, run } of cases) {
    const start = performance.now();
    let error: string | undefined;
    try {
      await run();
    } catch (thrown) {
      error = thrown instanceof Error ? thrown.stack ?? thrown.message : String(thrown);
    }
    const seconds = Math.round((performance.now() - start) / 100) / 10;
    const line: CaseLine = { case: name, seconds, ...(error === undefined ? {} : { error }) };
    console.log(MARK + JSON.stringify(line));
  }
  const end: EndLine = { cases: cases.length };
  console.log(MARK + JSON.stringify(end));
}

/**
 * What the guest printed, taken apart: its case lines in order, the rest of its words, and whether
 * the end line came and agrees with the number of cases.
 */
export function parseGuestOutput(
  output: string,
): { cases: CaseLine[]; words: string; complete: boolean } {
  const cases: CaseLine[] = [];
  const words: string[] = [];
  let complete = false;
  for (const text of output.split("\n")) {
    if (!text.startsWith(MARK)) {
      words.push(text);
      continue;
    }
    const line: CaseLine | EndLine = JSON.parse(text.slice(MARK.length));
    if ("case" in line) cases.push(line);
    else complete = line.cases === cases.length;
  }
  return { cases, words: words.join("\n").trim(), complete };
}
