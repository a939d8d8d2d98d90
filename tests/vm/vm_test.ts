/**
 * Boots each kernel of `VM_RELEASES` (default: bookworm) once in QEMU, runs guest.ts in it, and makes
 * a test step of each case that the guest tells of; it knows nothing of what the cases do.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { parseGuestOutput } from "./guest_case.ts";

const ROOT = join(import.meta.dirname!, "..", "..");
const releases = (Deno.env.get("VM_RELEASES") ?? "bookworm").split(/[\s,]+/).filter(Boolean);

/** Runs guest.ts under the kernel of `release`, by this Deno; the console's words go to stderr. */
async function runGuest(release: string): Promise<{ output: string; status: number }> {
  const guest = [Deno.execPath(), "run", "-A", "--no-check", "--cached-only"];
  const { stdout, code } = await new Deno.Command(join(ROOT, "scripts", "vm", "run.sh"), {
    args: [release, ...guest, join(ROOT, "tests", "vm", "guest.ts"), release],
    cwd: ROOT,
    // 5.10 takes 11 minutes beside another guest: its cases compile with full headers, without KVM.
    env: { VM_TIMEOUT_S: Deno.env.get("VM_TIMEOUT_S") ?? "1800" },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).output();
  return { output: new TextDecoder().decode(stdout), status: code };
}

for (const release of releases) {
  Deno.test(`under the kernel of ${release}`, async (t) => {
    const { output, status } = await runGuest(release);
    const { cases, words, complete } = parseGuestOutput(output);
    if (words !== "") console.error(words);
    for (const { case: name, seconds, error } of cases) {
      await t.step(`${name} (${seconds} s in the guest)`, () => {
        if (error !== undefined) throw new Error(error);
      });
    }
    assert.ok(complete, `the guest stopped after ${cases.length} cases, with status ${status}`);
    assert.equal(status, 0);
    assert.ok(cases.length > 0, "the guest had no case");
  });
}
