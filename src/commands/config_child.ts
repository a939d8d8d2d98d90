/**
 * The config child: sources as JSON on stdin, `Config` and problems as JSON on stdout. YAML and schema take 20 MB, which
 * the serving process would keep for ever, and what a hostile file makes of them ends with the child.
 */

import { readRequest } from "../kernel/child_process.ts";
import { loadConfig } from "../config/load_config.ts";
import type { ConfigRequest } from "./read_config.ts";

export async function configChild(): Promise<number> {
  const request = await readRequest<ConfigRequest>();
  if (!request) return 1;
  const result = loadConfig(request.sources);
  const bytes = new TextEncoder().encode(JSON.stringify(result));
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  return 0;
}
