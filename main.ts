/** argv → command → exit status. The only caller of `Deno.exit`. */

import { run } from "./src/commands/run.ts";

Deno.exit(await run(Deno.args));
