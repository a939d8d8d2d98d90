/** Pages written and read through the page cache come out by operation, for the commands that the configs name. */

import assert from "node:assert/strict";
import { readBuffered, writeBuffered } from "../disk.ts";
import { assertRuns, type Exporters, type Growth, watch } from "../exporters.ts";
import type { GuestCase } from "../guest_case.ts";
import type { Release } from "../releases.ts";
import { labelSets } from "../series.ts";

const PAGES = 256;
/** One of the names that the configs' regexps let through. */
const COMMAND = "syslog-ng";

/** A copy of dd under the other name, which is the command's name then. */
function disguisedDd(): { path: string } & Disposable {
  const folder = Deno.makeTempDirSync();
  const path = `${folder}/${COMMAND}`;
  Deno.copyFileSync("/usr/bin/dd", path);
  return { path, [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }) };
}

const OPERATIONS = {
  add: "add_to_page_cache_lru",
  access: "mark_page_accessed",
  dirty: "account_page_dirtied",
  bufferDirty: "mark_buffer_dirty",
};

function grownBy(growth: Growth, prefix: string, operation: string): number {
  return growth.of(`ebpf_exporter_${prefix}page_cache_ops_total`, { op: operation });
}

/** Each page written was added, dirtied, and its buffer dirtied, once. */
function checkWrite(growth: Growth, prefix: string): void {
  for (const operation of [OPERATIONS.add, OPERATIONS.dirty, OPERATIONS.bufferDirty]) {
    assert.equal(grownBy(growth, prefix, operation), PAGES, `${prefix}${operation}`);
  }
}

/** All of it was added, in pages or in larger folios, and none was dirtied. */
function checkRead(growth: Growth, prefix: string): void {
  const added = grownBy(growth, prefix, OPERATIONS.add);
  assert.ok(added > 0 && added <= PAGES, `${prefix}: ${added} added`);
  assert.equal(grownBy(growth, prefix, OPERATIONS.dirty), 0, prefix);
  assert.equal(grownBy(growth, prefix, OPERATIONS.bufferDirty), 0, prefix);
}

/** The other program's work is in no series. */
function checkCommands(growth: Growth, prefix: string): void {
  const sets = labelSets(growth.after, `ebpf_exporter_${prefix}page_cache_ops_total`);
  assert.deepEqual([...new Set(sets.map(({ labels }) => labels.command))], [COMMAND]);
}

export function pageCacheCases(exporters: Exporters, release: Release): GuestCase[] {
  const { cachestat } = release.alternatives;
  let written: Growth[], read: Growth[], unnamed: Growth[];

  const checkAll = (which: number, prefix: string, seesAccess: boolean) => {
    checkWrite(written[which], prefix);
    checkRead(read[which], prefix);
    checkCommands(unnamed[which], prefix);
    const accessed = grownBy(read[which], prefix, OPERATIONS.access);
    assert.ok(seesAccess ? accessed >= PAGES : accessed === 0, `${accessed} accessed`);
  };
  return [
    {
      name: "pages are written and read while all exporters count",
      async run() {
        const counting = [await exporters.examples(), await exporters.alternatives()];
        if (release.hasReferenceFunctions) counting.push(await exporters.reference());
        using dd = disguisedDd();
        // The program's own pages are in the cache from here on.
        await writeBuffered(dd.path, 1);
        await readBuffered(dd.path, 1);
        written = await watch(counting, () => writeBuffered(dd.path, PAGES));
        read = await watch(counting, () => readBuffered(dd.path, PAGES));
        unnamed = await watch(counting, () => writeBuffered("dd", PAGES));
      },
    },
    {
      name: `examples/cachestat.yaml counts them, by alternative ${cachestat[0]}`,
      async run() {
        await assertRuns(await exporters.examples(), "cachestat", cachestat[0]);
        checkAll(0, "", true);
      },
    },
    ...cachestat.map((alternative) => ({
      name: `examples/cachestat.yaml counts them, alternative ${alternative} by itself`,
      async run() {
        await assertRuns(await exporters.alternatives(), `cachestat_${alternative}`, 1);
        const byTracepoints = alternative === 3;
        checkAll(1, `alternative_${alternative}_`, !byTracepoints);
      },
    })),
    ...(release.hasReferenceFunctions
      ? [{
        name: "the reference's cachestat.yaml, as it is, counts them by the functions' names",
        run() {
          checkAll(2, "", true);
          const sets = labelSets(read[2].after, "ebpf_exporter_page_cache_ops_total");
          assert.deepEqual(
            new Set(sets.map(({ labels }) => labels.op)),
            new Set(Object.values(OPERATIONS)),
          );
          const attached = labelSets(read[2].after, "ebpf_exporter_probe_attached")
            .filter(({ labels, value }) => labels.program === "cachestat" && value === 1);
          assert.equal(attached.length, 4);
        },
      }]
      : []),
  ];
}
