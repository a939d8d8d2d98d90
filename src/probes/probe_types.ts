/** The registry of probe kinds: the one place that knows them all. */

import type { ProbeKind } from "../config/config.ts";
import type { ProbeType } from "./attachment.ts";
import { kprobeType } from "./kprobe.ts";
import { rawTracepointType } from "./raw_tracepoint.ts";
import { tracepointType } from "./tracepoint.ts";

/** How a kind of probe is attached. */
export const PROBE_TYPES: Readonly<Record<ProbeKind, ProbeType>> = {
  kprobe: kprobeType(false),
  kretprobe: kprobeType(true),
  tracepoint: tracepointType,
  raw_tracepoint: rawTracepointType,
};
