/** The edge checker on made-up trees: what is allowed passes, each broken rule is told once. */

import assert from "node:assert/strict";
import { checkEdges } from "../../../scripts/check_edges.ts";
import { parseImports } from "../../../scripts/edges/imports.ts";
import { blankComments } from "../../../scripts/edges/source_text.ts";

function check(files: Record<string, string>): string[] {
  return checkEdges(new Map(Object.entries(files)));
}

const GOOD = {
  "main.ts": `import { serve } from "./src/commands/serve.ts";
if (serve) Deno.exit(await (await import("./src/commands/config_child.ts")).run());`,
  "src/log.ts": `import { getLogger } from "@logtape/logtape";\nexport const log = getLogger;`,
  "src/commands/serve.ts": `import { log } from "../log.ts";
import { run } from "../exporter.ts";
import { own } from "../self_metrics/self_metrics.ts";
import project from "../../deno.json" with { type: "json" };
export const serve = [log, run, own, project, import.meta.url];`,
  "deno.json": "{}",
  "src/commands/config_child.ts": `export async function run() {
  return (await import("../config/load_config.ts")).loadConfig();
}`,
  "src/config/config.ts": `export interface Config {}`,
  "src/config/load_config.ts": `import { parse } from "yaml";
import { z } from "zod";
import type { Config } from "./config.ts";
export function loadConfig(): Config { return z.parse(parse("")); }`,
  "src/exporter.ts": `import type { Config } from "./config/config.ts";
import { format } from "./compiler/compiled_program.ts";
import { read } from "./metrics/plan.ts";
export const run = (_: Config) => [format, read];`,
  "src/compiler/compiled_program.ts": `export const format = 1;`,
  "src/compiler/libbcc.ts": `import { tree } from "../kernel_types/tree.ts";
export const lib = () => Deno.dlopen("libbcc.so.0", { bpf_module_create_c: tree });`,
  "src/kernel_types/tree.ts":
    `import { libc } from "../kernel/libc.ts";\nexport const tree = libc;`,
  "src/kernel/libc.ts": `export const libc = Deno.dlopen("libc.so.6", {});`,
  "src/metrics/plan.ts": `import type { Log } from "../log.ts";
import { decode } from "../decoders/regexp.ts";
export const read = (_: Log) => decode;`,
  "src/decoders/regexp.ts": `export const decode = async () => await import("re2js");`,
  "src/self_metrics/self_metrics.ts":
    `import Registry from "prom-client/lib/registry.js";\nexport const own = Registry;`,
  "tests/unit/a_test.ts": `import "yaml";\nDeno.exit(0);`,
};

Deno.test("a tree in order has no problems", () => {
  assert.deepEqual(check(GOOD), []);
});

/** Files put over the good tree → the problem that it must have, and no other. */
const BROKEN: Record<string, [Record<string, string>, RegExp]> = {
  "a room imports a room above it": [
    { "src/kernel/fd.ts": `export { tree } from "../kernel_types/tree.ts";` },
    /^src\/kernel\/fd\.ts:1: room "kernel" may not import "src\/kernel_types\/tree\.ts"$/,
  ],
  "a type-only import of a wrong room": [
    { "src/http/page.ts": `\n\nimport type { Config } from "../config/config.ts";` },
    /^src\/http\/page\.ts:3: room "http" may not import types of "src\/config\/config\.ts"$/,
  ],
  "config.ts imported for more than its types": [
    { "src/probes/kprobe.ts": `import { Config } from "../config/config.ts";` },
    /^src\/probes\/kprobe\.ts:1: room "probes" may not import "src\/config\/config\.ts"$/,
  ],
  "log.ts imported for more than its types": [
    { "src/loader/load.ts": `import { type Log, log } from "../log.ts";` },
    /^src\/loader\/load\.ts:1: room "loader" may not import "src\/log\.ts"$/,
  ],
  "self_metrics outside commands": [
    { "src/probes/kprobe.ts": `import { own } from "../self_metrics/self_metrics.ts";` },
    /may not import "src\/self_metrics\/self_metrics\.ts"$/,
  ],
  "a dynamic import of a wrong room": [
    { "src/tables/row.ts": `export const late = () => import("../decoders/regexp.ts");` },
    /^src\/tables\/row\.ts:1: room "tables" may not import/,
  ],
  "a file that is not there": [
    { "src/tables/row.ts": `import { a } from "./gone.ts";` },
    /^src\/tables\/row\.ts:1: imports "src\/tables\/gone\.ts", which is not there/,
  ],
  "an unknown room": [
    { "src/extras/one.ts": `export const one = 1;` },
    /^src\/extras\/one\.ts:1: room "extras" is not in/,
  ],
  "a cycle inside a room": [
    {
      "src/tables/a.ts": `import { b } from "./b.ts"; export const a = b;`,
      "src/tables/b.ts": `import type { C } from "./c.ts"; export const b = 1 as C;`,
      "src/tables/c.ts": `export * from "./a.ts";`,
    },
    /import cycle: src\/tables\/a\.ts → src\/tables\/b\.ts → src\/tables\/c\.ts → src\/tables\/a\.ts$/,
  ],
  "prom-client elsewhere": [
    { "src/metrics/gauge.ts": `import Gauge from "prom-client/lib/gauge.js"; Gauge;` },
    /^src\/metrics\/gauge\.ts:1: imports "prom-client\/lib\/gauge\.js", which only/,
  ],
  "zod elsewhere": [
    { "src/tables/layout.ts": `import { z } from "zod"; z;` },
    /^src\/tables\/layout\.ts:1: imports "zod", which only/,
  ],
  "yaml loaded with main.ts": [
    {
      "src/commands/serve.ts": `import { loadConfig } from "../config/load_config.ts";
export const serve = loadConfig;`,
      "src/config/load_config.ts": `import { parse } from "yaml"; export const loadConfig = parse;`,
    },
    /^src\/config\/load_config\.ts:1: "yaml" is loaded at every start \(main\.ts → src\/commands\/serve\.ts → /,
  ],
  "re2js loaded with main.ts": [
    { "src/decoders/regexp.ts": `import { RE2JS } from "re2js"; export const decode = RE2JS;` },
    /^src\/decoders\/regexp\.ts:1: "re2js" is loaded at every start/,
  ],
  "yaml loaded later, but not by the config child": [
    {
      "src/commands/check.ts":
        `export const check = async () => await import("../config/load_config.ts");`,
      "src/config/load_config.ts": `import { parse } from "yaml"; export const loadConfig = parse;`,
    },
    /^src\/commands\/check\.ts:1: loads "yaml" \(src\/config\/load_config\.ts\), which only/,
  ],
  "a package by its registry": [
    { "src/http/page.ts": `import { a } from "npm:hono@4";` },
    /^src\/http\/page\.ts:1: imports "npm:hono@4"; a package is imported by its name/,
  ],
  "a libbcc symbol elsewhere": [
    {
      "src/loader/load.ts": `// bpf_module_x here is fine\nexport const a = "bpf_module_create_c";`,
    },
    /^src\/loader\/load\.ts:2: "bpf_module_create_c": a symbol of libbcc belongs in/,
  ],
  "Deno.exit elsewhere": [
    { "src/commands/stop.ts": `Deno.exitCode = 1;\nDeno.exit(1);` },
    /^src\/commands\/stop\.ts:2: "Deno\.exit": Deno\.exit belongs in/,
  ],
  "Deno.dlopen elsewhere": [
    { "src/kernel/fd.ts": `export const a = Deno.dlopen;` },
    /^src\/kernel\/fd\.ts:1: "Deno\.dlopen"/,
  ],
  "the place of a source file outside src/commands": [
    { "src/kernel/examples.ts": `export const dir = import.meta.dirname;` },
    /^src\/kernel\/examples\.ts:1: "import\.meta\.dirname"/,
  ],
  "a registry host in any file": [
    { "README.md": `one\nhttps://${["registry", "npmjs"].join(".")}.org/yaml` },
    /^README\.md:2: "registry\.npmjs" ties the project/,
  ],
  "a machine path in any file": [
    { "scripts/x.sh": `cd ${["", "work", "main"].join("/")}` },
    /^scripts\/x\.sh:1: "\/work\/main" ties the project/,
  ],
};

for (const [name, [files, expected]] of Object.entries(BROKEN)) {
  Deno.test(`told: ${name}`, () => {
    const problems = check({ ...GOOD, ...files });
    assert.equal(problems.length, 1, problems.join("\n"));
    assert.match(problems[0], expected);
  });
}

Deno.test("imports are found in each form, and their lines", () => {
  const code = blankComments(`import a, { b as c } from "./1.ts";
import type { T } from './2.ts';
import {
  type U,
  type V, // one more
} from "./3.ts"; import "./4.ts";
export * as all from "./5.ts";
export type { W } from "./6.ts";
const late = await import("./7.ts");
type X = typeof import("./8.ts");
// import "./no1.ts";
/* import "./no2.ts"; */ const text = "// import './no3.ts'";
const pattern = /["'/]\\//; import type from "./9.ts";
const template = \`\${"}"} import "no4" // \${\`/* \${1}\`} \`; import * as z from "./10.ts";
`);
  const found = parseImports(code)
    .sort((a, b) => a.line - b.line)
    .map(({ specifier, kind, line }) => `${line} ${kind} ${specifier}`);
  assert.deepEqual(
    found.toSorted(),
    [
      "1 static ./1.ts",
      "2 type ./2.ts",
      "3 type ./3.ts",
      "6 static ./4.ts",
      "7 static ./5.ts",
      "8 type ./6.ts",
      "9 dynamic ./7.ts",
      "10 type ./8.ts",
      "13 static ./9.ts",
      "14 static ./10.ts",
    ].toSorted(),
  );
});

Deno.test("blanked comments keep every offset", () => {
  const text = `a /* b\n c */ + "/* no */" // d\n/re\\/\\/[/]/.test(x) / 2 // e`;
  const code = blankComments(text);
  assert.equal(code.length, text.length);
  assert.equal(code, `a     \n      + "/* no */"     \n/re\\/\\/[/]/.test(x) / 2     `);
});
