/** What every probe kind gives and how it fails. */

import type { ProgramType } from "../kernel/bpf.ts";

/** A function attached to a probe. */
export interface Attachment {
  /** Detaches; a second call does nothing. */
  detach(): void;
}

/** One probe could not be attached: the kernel's own reason, and what may help. */
export class AttachError extends Error {
  override readonly name = "AttachError";
}

/** How functions are attached to one kind of probe. */
export interface ProbeType {
  /** What the kernel must load the function as. */
  readonly programType: ProgramType;
  /** Why no probe of that name can be attached on this kernel, if that shows without trying. */
  findObstacle(name: string): string | undefined;
  /** Attaches the loaded function; the attachment owns what it opened. Throws `AttachError`. */
  attach(name: string, functionFd: number): Attachment;
}
