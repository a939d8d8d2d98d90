/** What must be true after an exporter's end, however it came. */

import { eventually } from "./exporter_process.ts";
import { kernelObjects } from "./kernel_objects.ts";
import { processesWithEnv } from "./processes.ts";

/** No process with E2E_MARK=`mark` is left, and no program and no map with `mark` in its name. */
export async function assertNothingLeft(mark: string): Promise<void> {
  await eventually(
    "the end of all processes",
    () => processesWithEnv(`E2E_MARK=${mark}`).length === 0 ? true : undefined,
  );
  await eventually(
    "no map and no program",
    () => kernelObjects(mark).length === 0 ? true : undefined,
  );
}
