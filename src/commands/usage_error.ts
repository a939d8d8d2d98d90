/** The error of a command line that is not understood; the process exits with status 2. */

/** Its message is one sentence for the person who typed the command. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
