/** Which Deno compiles, on made-up machines. */

import assert from "node:assert/strict";
import { chooseCompiler, type Surroundings } from "../../../scripts/compiler_choice.ts";

function machine(
  options: { env?: Record<string, string>; files?: string[]; online?: boolean },
): Surroundings {
  return {
    deno: "/usr/bin/deno",
    env: (name) => options.env?.[name],
    isExecutable: (path) => Promise.resolve(options.files?.includes(path) ?? false),
    versionOf: (deno) => Promise.resolve(deno === "/usr/bin/deno" ? "2.9.6" : "2.6.10"),
    reachesDenoHost: () => Promise.resolve(options.online ?? false),
  };
}

const PAIR = ["/cache/deno-2.6.10/deno", "/cache/deno-2.6.10/denort"];
const CACHE = { EBPF_EXPORTER_CACHE: "/cache" };

Deno.test("DENORT_BIN is honoured before all, with the Deno beside it", async () => {
  const env = { ...CACHE, DENORT_BIN: "/d/denort" };
  const alone = await chooseCompiler({}, machine({ env, files: ["/d/denort"], online: true }));
  assert.deepEqual([alone.deno, alone.denort, alone.version], [
    "/usr/bin/deno",
    "/d/denort",
    "2.9.6",
  ]);
  const files = ["/d/denort", "/d/deno", ...PAIR];
  const pair = await chooseCompiler({}, machine({ env, files, online: true }));
  assert.deepEqual([pair.deno, pair.denort, pair.version], ["/d/deno", "/d/denort", "2.6.10"]);
});

Deno.test("a DENORT_BIN that names nothing is an error that quotes it", async () => {
  const surroundings = machine({ env: { DENORT_BIN: "/gone" }, online: true });
  await assert.rejects(chooseCompiler({}, surroundings), /DENORT_BIN names "\/gone"/);
});

Deno.test("online the running Deno fetches its own denort, for any target", async () => {
  const target = "aarch64-unknown-linux-gnu";
  const chosen = await chooseCompiler(
    { target },
    machine({ env: CACHE, files: PAIR, online: true }),
  );
  assert.equal(chosen.deno, "/usr/bin/deno");
  assert.ok(!("denort" in chosen));
});

Deno.test("offline the cached pair compiles, for this target only", async () => {
  const offline = machine({ env: CACHE, files: PAIR });
  for (const options of [{}, { target: Deno.build.target }]) {
    const chosen = await chooseCompiler(options, offline);
    assert.deepEqual([chosen.deno, chosen.denort, chosen.version], [...PAIR, "2.6.10"]);
  }
  await assert.rejects(
    chooseCompiler({ target: "other-target" }, offline),
    /cannot compile for "other-target"/,
  );
});

Deno.test("without any denort the error names the remedy", async () => {
  await assert.rejects(
    chooseCompiler({}, machine({ env: { HOME: "/root" } })),
    /scripts\/setup\.sh --test.*DENORT_BIN/,
  );
});

Deno.test("the cache is found by HOME and by XDG_CACHE_HOME", async () => {
  for (
    const [env, cache] of [
      [{ HOME: "/h" }, "/h/.cache"],
      [{ HOME: "/h", XDG_CACHE_HOME: "/x" }, "/x"],
    ] as const
  ) {
    const folder = `${cache}/ebpf_exporter/deno-2.6.10`;
    const files = [`${folder}/deno`, `${folder}/denort`];
    assert.equal((await chooseCompiler({}, machine({ env, files }))).deno, files[0]);
  }
});
