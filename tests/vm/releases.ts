/** The kernels of the guests: what is asked for by a Debian release, and what of the examples runs there. */

export interface Release {
  /** What `uname -r` begins with. */
  readonly version: RegExp;
  /** Alternatives of each example that can run, counted from 1; the first is the one that does. */
  readonly alternatives: Readonly<Record<"bio" | "cachestat" | "timers", readonly number[]>>;
  /** The functions that the reference's page cache names are there. */
  readonly hasReferenceFunctions: boolean;
  /** This kernel is part of every run of the tests: what takes minutes is left to the others. */
  readonly isQuick: boolean;
}

export const RELEASES: Readonly<Record<string, Release>> = {
  bullseye: {
    version: /^5\.10\./,
    alternatives: { bio: [1, 2, 3], cachestat: [1, 3], timers: [1, 2] },
    hasReferenceFunctions: true,
    isQuick: false,
  },
  bookworm: {
    version: /^6\.1\./,
    alternatives: { bio: [1, 2, 3], cachestat: [2, 3], timers: [1, 2] },
    hasReferenceFunctions: false,
    isQuick: true,
  },
  trixie: {
    version: /^6\.12\./,
    alternatives: { bio: [2, 3], cachestat: [2, 3], timers: [1, 2] },
    hasReferenceFunctions: false,
    isQuick: false,
  },
  // It moves on: it only has to be newer than trixie.
  "trixie-backports": {
    version: /^(?:6\.(?:1[3-9]|[2-9]\d)|[7-9])\./,
    alternatives: { bio: [2, 3], cachestat: [2, 3], timers: [1, 2] },
    hasReferenceFunctions: false,
    isQuick: false,
  },
};
