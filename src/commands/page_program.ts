/** A program as the landing page shows it. */

import type { ProgramConfig } from "../config/config.ts";
import type { PageProgram } from "../http/landing_page.ts";
import type { ProgramState } from "../program_run.ts";

/** `state` is absent while the program is being started. */
export function pageProgram(config: ProgramConfig, state: ProgramState | undefined): PageProgram {
  if (!state) return { name: config.name, state: "starting", probes: [] };
  const { alternative, probes, reason } = state;
  const count = config.alternatives.length;
  return {
    name: config.name,
    state: alternative > 0 ? "running" : "failed",
    ...(alternative > 0 && count > 1 ? { alternative: `${alternative} of ${count}` } : {}),
    ...(reason === undefined ? {} : { reason }),
    probes: probes.map(({ probe, attached, reason }) => ({
      kind: probe.kind,
      name: probe.name,
      function: probe.target,
      attached,
      ...(reason === undefined ? {} : { reason }),
    })),
  };
}
