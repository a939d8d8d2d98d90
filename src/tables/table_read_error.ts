/** What is thrown where a table cannot be read; it must know nothing of buffers. */

import { errnoName } from "../kernel/errno.ts";

/** A table that could not be read: which, by what, and the kernel's errno. */
export class TableReadError extends Error {
  override readonly name = "TableReadError";

  constructor(readonly table: string, command: string, readonly errno: number) {
    super(`cannot read table "${table}": ${command} gave ${errnoName(errno)} (${errno})`);
  }
}
