/**
 * The config child: sources as JSON on stdin, `Config` and problems as JSON on stdout. YAML and schema take 20 MB, which
 * the serving process would keep for ever, and what a hostile file makes of them ends with the child.
 */

import { bindToParent } from "../kernel/libc.ts";
import { loadConfig } from "../config/load_config.ts";
import type { ConfigRequest } from "./read_config.ts";

export async function configChild(): Promise<number> {
  const text = await new Response(Deno.stdin.readable).text();
  if (text === "") return 1; // the parent was killed before it wrote
  const request: ConfigRequest = JSON.parse(text);
  if (!bindToParent(request.parentPid)) return 1;
  const result = await loadConfig(request.sources);
  const bytes = new TextEncoder().encode(JSON.stringify(result));
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  return 0;
}
