/** Compares a text with a file of `tests/e2e/golden/`, which `UPDATE_GOLDEN=1` writes anew. */

import assert from "node:assert/strict";

const FOLDER = new URL("golden/", import.meta.url);

/** Fails where the file has another text. With UPDATE_GOLDEN=1 the file gets this one: look at the difference before a commit. */
export function assertGolden(fileName: string, text: string): void {
  const file = new URL(fileName, FOLDER);
  if (Deno.env.get("UPDATE_GOLDEN") === "1") {
    Deno.mkdirSync(FOLDER, { recursive: true });
    Deno.writeTextFileSync(file, text);
  }
  assert.equal(
    text,
    Deno.readTextFileSync(file),
    `not as in ${fileName}; UPDATE_GOLDEN=1 writes it`,
  );
}

/** The exporter's own metrics differ from run to run: their numbers, and labels that tell the build and the code. */
export function withoutVaryingValues(metrics: string): string {
  return metrics.split("\n").map((line) =>
    /^(process_|ebpf_exporter_(scrape_duration|build_info|ebpf_programs))/.test(line)
      ? line.replace(/(\w*version|platform|tag)="[^"]*"/g, '$1="…"')
        .replace(/ (?!1$)\S+$/, " …")
      : line
  ).join("\n");
}
