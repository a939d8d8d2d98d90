/** Programs that only tests need. */

import assert from "node:assert/strict";

/** Whether a program is there; told loudly where it is not, and on CI it must be. */
export function isInstalled(name: string): boolean {
  const found = new Deno.Command("which", { args: [name], stdout: "null" }).outputSync().success;
  if (found) return true;
  const missing = `${name} is not installed; scripts/setup.sh --test does`;
  assert.notEqual(Deno.env.get("CI"), "true", missing);
  console.warn(`!!! LEFT OUT: ${missing}`);
  return false;
}
