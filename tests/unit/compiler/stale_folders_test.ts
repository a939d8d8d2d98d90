import assert from "node:assert/strict";
import { removeStaleFolders } from "../../../src/compiler/compile_program.ts";

const NAMESPACE = Deno.readLinkSync("/proc/self/ns/pid").replace(/\D/g, "");
const PREFIX = `ebpf_exporter_compile_${NAMESPACE}`;
const NO_PROCESS = 2 ** 22 + 1; // one above the largest id (proc_sys_kernel(5), pid_max)

Deno.test("folders of ended exporters and of an earlier process of this id are removed, nothing else", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const old = "ebpf_exporter_compile_1_1_old";
    const stale = [`${PREFIX}_${NO_PROCESS}_x`, `${PREFIX}_${Deno.pid}_x`, old];
    // Of a process that runs, of another container, of somebody else.
    const others = [
      `${PREFIX}_1_x`,
      `ebpf_exporter_compile_1_${NO_PROCESS}_x`,
      "ebpf_exporter_compile_x",
      "x",
    ];
    for (const name of [...stale, ...others]) Deno.mkdirSync(`${folder}/${name}`);
    Deno.writeTextFileSync(`${folder}/${stale[0]}/a.h`, "");
    const twoDaysAgo = Date.now() / 1000 - 2 * 86_400;
    Deno.utimeSync(`${folder}/${old}`, twoDaysAgo, twoDaysAgo);
    const file = `${PREFIX}_${NO_PROCESS}_file`;
    const link = `${PREFIX}_${NO_PROCESS}_link`;
    Deno.writeTextFileSync(`${folder}/${file}`, "");
    Deno.symlinkSync("x", `${folder}/${link}`);
    removeStaleFolders(folder);
    assert.deepEqual(
      [...Deno.readDirSync(folder)].map(({ name }) => name).sort(),
      [...others, file, link].sort(),
    );
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("a folder that is not there is no error: the first compilation tells", () => {
  removeStaleFolders("/nonexistent");
});
