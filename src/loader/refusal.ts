/** Why the kernel refused a function: the verifier's log cut to the part that says it, and known causes by name. */

import type { ProgramLoadError } from "../kernel/bpf.ts";
import { describeErrno, EPERM } from "../kernel/errno.ts";

const TELLING_LINES = 12;
const LONGEST_LINE = 300;
/** Lines that count instead of telling (kernel/bpf/verifier.c, print_verification_stats). */
const STATISTICS = /^(processed \d+ insns|verification time|stack depth|max_states)/;

/**
 * The end of the log up to the verdict: what was being looked at when the verifier gave up. Linux 7 writes advice below
 * the verdict: a line of the `verdict` form is kept above the rest then.
 */
export function cutVerifierLog(log: string, verdict?: RegExp): string[] {
  const lines = log.split("\n").map((line) => line.trimEnd()).filter((line) =>
    line !== "" && !STATISTICS.test(line)
  );
  const last = lines.slice(-TELLING_LINES);
  const told = verdict && lines.findLast((line) => verdict.test(line));
  if (told !== undefined && !last.includes(told)) last.unshift(told);
  return last.map((line) => line.slice(0, LONGEST_LINE));
}

const BPF_JMP_CALL = 0x85, BPF_LD_IMM_DW = 0x18, INSTRUCTION_SIZE = 8;

/** What libbcc made of C that it does not support: it says nothing, the verifier something else. */
function findUnsupportedC(instructions: Uint8Array<ArrayBuffer>): string | undefined {
  const view = new DataView(instructions.buffer);
  for (let at = 0; at < instructions.length; at += INSTRUCTION_SIZE) {
    const immediate = view.getInt32(at + 4, true);
    if (instructions[at] === BPF_JMP_CALL && immediate === -1) {
      return "it calls a function that was not inlined, which libbcc does not support; mark that function static __always_inline";
    }
    if (instructions[at] !== BPF_LD_IMM_DW) continue;
    const isPlain = instructions[at + 1] >> 4 === 0;
    const upper = view.getInt32(at + INSTRUCTION_SIZE + 4, true);
    // clang moves a plain 0 with a short instruction: a long one was an address that libbcc did not fill in.
    if (isPlain && immediate === 0 && upper === 0) {
      return "it uses a global or static variable or a constant array, which libbcc does not support; keep such data in a table or on the stack";
    }
    at += INSTRUCTION_SIZE;
  }
  return undefined;
}

/** Causes that the verifier words otherwise, and what helps. */
const KNOWN_CAUSES: readonly (readonly [RegExp, string])[] = [
  [
    /unknown func (\w+)#\d+/,
    "this kernel does not have the helper $1 for this kind of probe",
  ],
  [
    /program of this type cannot use helper (\w+)/,
    "the helper $1 is not allowed here: for bpf_probe_read look at /sys/kernel/security/lockdown, else at the kind of probe",
  ],
  [
    /cannot call GPL-restricted function/,
    "the helper needs a GPL-compatible license: set BPF_LICENSE(GPL) or leave the license out",
  ],
  [
    /invalid mem access '(?:inv|scalar)'/,
    "a kernel pointer is followed directly where libbcc did not see it: read it with bpf_probe_read_kernel()",
  ],
  [
    /looks like the BPF stack limit|combined stack size|invalid stack off/,
    "a function may use 512 bytes of stack",
  ],
  [/R0 !read_ok/, "the function does not return a value on every path"],
  [
    /invalid mem access 'map_value_or_null'/,
    "the result of a lookup is used without a check for NULL",
  ],
  [/back-edge|infinite loop/, "this kernel wants loops unrolled or bounded: use #pragma unroll"],
];

function findCause(log: string): { words?: string; verdict?: RegExp } {
  for (const [verdict, words] of KNOWN_CAUSES) {
    const match = log.match(verdict);
    if (match) return { words: words.replace("$1", match[1] ?? ""), verdict };
  }
  return {};
}

/** An error that a person can act on: cause, remedy and the telling lines. `verifierLog` holds the whole log. */
export class RefusalError extends Error {
  override readonly name = "RefusalError";
  constructor(message: string, readonly verifierLog: string) {
    super(message);
  }
}

/** Explains the kernel's refusal of `instructions`, which were loaded as function `name`. */
export function explainRefusal(
  error: ProgramLoadError,
  name: string,
  instructions: Uint8Array<ArrayBuffer>,
): RefusalError {
  const { verifierLog } = error;
  if (verifierLog === "") return new RefusalError(error.message, "");
  const errno = error.errno === EPERM ? "" : ` with ${describeErrno(error.errno)}`;
  const { words, verdict } = findCause(verifierLog);
  const cause = findUnsupportedC(instructions) ?? words;
  const lines = cutVerifierLog(verifierLog, verdict).map((line) => `    ${line}`).join("\n");
  return new RefusalError(
    `the verifier refused function "${name}"${errno}${cause ? `: ${cause}` : ""}\n${lines}`,
    verifierLog,
  );
}
