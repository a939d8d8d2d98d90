/** The kernels of the guests: what is asked for by a Debian release, and what of the examples runs there. */

export interface Release {
  /** What `uname -r` begins with. */
  readonly version: RegExp;
  /** Alternatives of each example that can run, counted from 1; the first is the one that does. */
  readonly alternatives: Readonly<Record<"bio" | "cachestat" | "timers", readonly number[]>>;
  /** Where types of the examples come from: the clang in libbcc is too old for the newest kernel's headers. */
  readonly kernelTypes: "headers" | "auto";
  /** The functions that the reference's page cache names are there. */
  readonly hasReferenceFunctions: boolean;
  /** An inline function that this kernel has all the same, without a place for probes. */
  readonly inlineFunction?: string;
  /** This kernel is part of every run of the tests: what takes minutes is left to the others. */
  readonly isQuick: boolean;
}

export const RELEASES: Readonly<Record<string, Release>> = {
  bullseye: {
    version: /^5\.10\./,
    alternatives: { bio: [1, 3], cachestat: [1, 3], timers: [1, 2] },
    kernelTypes: "headers",
    hasReferenceFunctions: true,
    isQuick: false,
  },
  bookworm: {
    version: /^6\.1\./,
    alternatives: { bio: [2, 3], cachestat: [2, 3], timers: [1, 2] },
    kernelTypes: "headers",
    hasReferenceFunctions: false,
    inlineFunction: "blk_account_io_done",
    isQuick: true,
  },
  trixie: {
    version: /^6\.12\./,
    alternatives: { bio: [2, 3], cachestat: [2, 3], timers: [1, 2] },
    kernelTypes: "headers",
    hasReferenceFunctions: false,
    inlineFunction: "blk_account_io_done",
    isQuick: false,
  },
  // It moves on: it only has to be newer than trixie.
  "trixie-backports": {
    version: /^(?:6\.(?:1[3-9]|[2-9]\d)|[7-9])\./,
    alternatives: { bio: [2, 3], cachestat: [2, 3], timers: [1, 2] },
    kernelTypes: "auto",
    hasReferenceFunctions: false,
    isQuick: false,
  },
};
