/** Files and directories are found, read and merged; what cannot be read is a problem, never a wait. */

import assert from "node:assert/strict";
import { loadConfig } from "../../../src/config/load_config.ts";

function program(name: string): string {
  return `programs:\n  - name: ${name}\n    kprobes: { f: g }\n    code: int g;\n`;
}

/** Runs with a new directory that holds these files. */
function withFiles(
  files: Record<string, string | Uint8Array>,
  run: (directory: string) => void,
): void {
  const directory = Deno.makeTempDirSync();
  try {
    for (const [name, content] of Object.entries(files)) {
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      Deno.writeFileSync(`${directory}/${name}`, bytes);
    }
    run(directory);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

Deno.test("a directory means its YAML files in the order of their names", () => {
  const files = {
    "b.yml": program("second"),
    "a.yaml": program("first"),
    "c.yaml": program("third"),
    ".d.yaml": "{",
    "e.txt": "{",
    "yaml": "{",
  };
  withFiles(files, (directory) => {
    for (const path of [directory, `${directory}/`]) {
      const { config, problems } = loadConfig([path]);
      assert.deepEqual(problems, []);
      assert.deepEqual(config!.programs.map(({ name, place }) => [name, place.file]), [
        ["first", `${directory}/a.yaml`],
        ["second", `${directory}/b.yml`],
        ["third", `${directory}/c.yaml`],
      ]);
    }
  });
});

Deno.test("a name that two files use is a problem that names both places", () => {
  withFiles({ "a.yaml": program("x"), "b.yaml": program("x") }, (directory) => {
    const { config, problems } = loadConfig([`${directory}/b.yaml`, `${directory}/a.yaml`]);
    assert.equal(config, undefined);
    assert.equal(problems.length, 1);
    assert.equal(problems[0].place.file, `${directory}/a.yaml`);
    assert.ok(problems[0].message.includes(`${directory}/b.yaml:2:11`), problems[0].message);
  });
});

Deno.test("problems of all files come at once", () => {
  withFiles({ "a.yaml": "x: 1", "b.yaml": "y: 1" }, (directory) => {
    const { problems } = loadConfig([directory, `${directory}/none.yaml`]);
    const files = new Set(problems.map(({ place }) => place.file.slice(directory.length + 1)));
    assert.deepEqual([...files].sort(), ["a.yaml", "b.yaml", "none.yaml"]);
  });
});

Deno.test("a missing file gets the nearest name", () => {
  withFiles({ "bio.yaml": program("x") }, (directory) => {
    for (const name of ["boi.yaml", "bio", "bio.yml"]) {
      const [problem] = loadConfig([`${directory}/${name}`]).problems;
      assert.match(problem.message, /no such file/);
      assert.equal(problem.hint, `did you mean "${directory}/bio.yaml"`);
    }
    assert.equal(loadConfig([`${directory}/other/bio.yaml`]).problems[0].hint, undefined);
  });
});

Deno.test("a directory without YAML is a problem", () => {
  withFiles({ "a.txt": "" }, (directory) => {
    assert.match(loadConfig([directory]).problems[0].message, /no file \*\.yaml/);
  });
});

Deno.test("what is no regular file is not opened", () => {
  withFiles({}, (directory) => {
    const { success } = new Deno.Command("mkfifo", { args: [`${directory}/a.yaml`] }).outputSync();
    assert.ok(success);
    Deno.mkdirSync(`${directory}/b.yaml`);
    const socket = Deno.listen({ transport: "unix", path: `${directory}/c.yaml` });
    try {
      const messages = loadConfig([directory, "/dev/zero"]).problems.map(({ message }) => message);
      assert.deepEqual(messages.map((message) => message.split(",")[0]), [
        "found a FIFO",
        "found a directory",
        "found a socket",
        "found a device",
      ]);
    } finally {
      socket.close();
    }
  });
});

Deno.test("bytes that are not UTF-8 are named with their offset and line", () => {
  const bytes = new TextEncoder().encode("a: é\nb: x\n");
  bytes[9] = 0xff;
  withFiles({ "a.yaml": bytes, "b.yaml": Uint8Array.of(0xff, 0xfe, 0x61, 0) }, (directory) => {
    const [latin, wide] = loadConfig([directory]).problems;
    assert.match(latin.message, /not UTF-8: found the byte 0xff at offset 9/);
    assert.deepEqual([latin.place.line, latin.place.column], [2, 4]);
    assert.match(wide.hint!, /UTF-16/);
  });
});

Deno.test("a file of more than 8 MiB is not parsed, one of just 8 MiB is", () => {
  const end = program("x");
  const fill = (size: number) =>
    `${"#\n".repeat((size - end.length) / 2)}${end}`.padEnd(size, "\n");
  const limit = 8 * 1024 * 1024;
  withFiles({ "a.yaml": fill(limit + 1) }, (directory) => {
    assert.match(loadConfig([directory]).problems[0].message, /larger than 8 MiB/);
  });
  withFiles({ "a.yaml": `#${"x".repeat(limit - end.length - 2)}\n${end}` }, (directory) => {
    assert.equal(loadConfig([directory]).config?.programs.length, 1);
  });
});

Deno.test("paths that no file can have are problems", () => {
  for (const path of ["", "a\0b", "x".repeat(5000), "/dev/null/x"]) {
    assert.equal(loadConfig([path]).problems.length, 1, path.slice(0, 10));
  }
});

Deno.test("a byte-order mark is no problem and moves no column", () => {
  withFiles({ "a.yaml": "\ufeffx: 1\n" }, (directory) => {
    assert.deepEqual(loadConfig([directory]).problems[0].place.column, 1);
  });
});

Deno.test("no path gives no programs", () => {
  assert.deepEqual(loadConfig([]), { config: { programs: [] }, problems: [] });
});
