/** The errnos that reading a map meets, and how they are told; it must know nothing of buffers. */

export const ENOENT = 2;
export const EINTR = 4;
export const EFAULT = 14;
export const EINVAL = 22;
export const ENOSPC = 28;
/** The kernel's own; it leaks out where a map type has no batch operations. */
export const ENOTSUPP = 524;
export const EOPNOTSUPP = 95;

const NAMES = new Map([
  [1, "EPERM"],
  [ENOENT, "ENOENT"],
  [EINTR, "EINTR"],
  [7, "E2BIG"],
  [9, "EBADF"],
  [11, "EAGAIN"],
  [12, "ENOMEM"],
  [13, "EACCES"],
  [EFAULT, "EFAULT"],
  [16, "EBUSY"],
  [EINVAL, "EINVAL"],
  [ENOSPC, "ENOSPC"],
  [EOPNOTSUPP, "EOPNOTSUPP"],
  [ENOTSUPP, "ENOTSUPP"],
]);

/** A table that could not be read: which, by what, and the kernel's errno. */
export class TableReadError extends Error {
  constructor(readonly table: string, command: string, readonly errno: number, hint = "") {
    const name = NAMES.get(errno) ?? "errno";
    super(`cannot read table "${table}": ${command} gave ${name} (${errno})${hint && `, ${hint}`}`);
    this.name = "TableReadError";
  }
}
