/** How this program starts itself again as a child: the compiled binary as it is, source through the same Deno. */

import type { ChildCommand } from "../kernel/child_process.ts";
import type { ChildKind } from "./args.ts";

export function childCommand(kind: ChildKind): ChildCommand {
  const path = Deno.execPath();
  if (Deno.build.standalone) return { path, args: [kind] };
  const root = new URL("../../", import.meta.url);
  return {
    path,
    args: [
      "run",
      "--allow-all",
      // This process has checked the lock file already.
      "--no-lock",
      "--cached-only",
      "--no-check",
      "--quiet",
      "--config",
      new URL("deno.json", root).pathname,
      new URL("main.ts", root).pathname,
      kind,
    ],
  };
}
