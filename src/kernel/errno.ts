/** Names and words of errno values. */

import { constants } from "node:os";
import { strerror } from "./libc.ts";

export const EPERM = 1, ENOENT = 2, EINTR = 4, E2BIG = 7, EINVAL = 22, ENOSPC = 28;
export const EOPNOTSUPP = 95, EADDRNOTAVAIL = 99;
/** The kernel's own ENOTSUPP, which no C library names (`include/linux/errno.h`). */
export const ENOTSUPP = 524;

/** The symbolic name, e.g. `ENOENT`. */
export function errnoName(errno: number): string {
  if (errno === ENOTSUPP) return "ENOTSUPP";
  for (const [name, value] of Object.entries(constants.errno)) if (value === errno) return name;
  return `errno ${errno}`;
}

/** Name and words, e.g. `ENOENT (No such file or directory)`. */
export function describeErrno(errno: number): string {
  if (errno === ENOTSUPP) return "ENOTSUPP (Operation is not supported)";
  return `${errnoName(errno)} (${strerror(errno)})`;
}

/** A system call that failed: what was attempted, and the kernel's reason. */
export class SystemCallError extends Error {
  override readonly name = "SystemCallError";

  constructor(attempted: string, readonly errno: number, remedy?: string) {
    super(`${attempted}: ${describeErrno(errno)}${remedy ? `; ${remedy}` : ""}`);
  }
}
