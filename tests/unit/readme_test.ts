// The README names all that a reader can use, shows what the code says, and its links lead somewhere.

import assert from "node:assert/strict";
import { buildHelp, type Flag, FLAGS, flagUsage } from "../../src/commands/flags.ts";
import { listExamples } from "../../src/commands/examples.ts";
import { buildJsonSchema } from "../../src/config/json_schema.ts";
import { loadConfig } from "../../src/config/load_config.ts";
import { DECODERS as DECODER_NAMES } from "../../src/config/names.ts";
import { DECODERS } from "../../src/decoders/registry.ts";
import { PROBE_TYPES } from "../../src/probes/probe_types.ts";
import { openSelfMetrics } from "../../src/self_metrics/self_metrics.ts";

const ROOT = new URL("../../", import.meta.url);
const readme = Deno.readTextFileSync(new URL("README.md", ROOT));
/** Without code blocks, in which a `#` begins no heading. */
const prose = readme.replace(/^```[\s\S]*?^```$/gm, "");

/** The text below a heading, up to the next one of its level or above. */
function section(title: string): string {
  const [, marks, after] = prose.match(new RegExp(`^(#+) ${title}\n([\\s\\S]*)`, "m")) ??
    assert.fail(`no section "${title}"`);
  return after.split(new RegExp(`^#{1,${marks.length}} `, "m"))[0];
}

/** The cells of all table rows in a text, without their heads. */
function tableRows(text: string): string[][] {
  return [...text.matchAll(/^\|(.*)\|$/gm)].map(([, row]) =>
    row.split(/(?<!\\)\|/).map((cell) => cell.trim())
  ).filter((cells) => !/^-+$/.test(cells[0]));
}

/** Contents of all code blocks with that word behind the fence. */
function codeBlocks(language: string): string[] {
  return [...readme.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter(([, word]) => word === language).map(([, , text]) => text);
}

/** What a first column names, in backquotes. */
function namedIn(title: string): Set<string> {
  const cells = tableRows(section(title)).map(([first]) => first);
  return new Set(cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name)));
}

Deno.test("readme: the table of flags is the flags, with their defaults and their help", () => {
  const rows = tableRows(section("Flags")).slice(1);
  const flags: readonly Flag[] = FLAGS;
  assert.deepEqual(
    rows.map((cells) => cells.map((cell) => cell.replaceAll("`", ""))),
    flags.map((flag) => [flagUsage(flag), flag.default ?? "", flag.help]),
  );
});

Deno.test("readme: each flag that it speaks of is one", () => {
  const known = buildHelp();
  const ours = readme.replaceAll(/`deno [^`]*`|`scripts\/[^`]*`/g, "");
  const shown = [...ours.matchAll(/(?<![\w-])--([a-z][\w.-]*\w)/g)].map(([, name]) => name);
  assert.ok(shown.length > FLAGS.length);
  // Of the scripts, which have flags of their own.
  const others = ["test", "all-kernels", "peer"];
  for (const name of new Set(shown)) {
    assert.ok(others.includes(name) || known.includes(`--${name}`), `--${name}`);
  }
});

Deno.test("readme: every decoder is in the table, and no other", () => {
  const documented = tableRows(section("Reference").split("**Decoder**")[1]).slice(1)
    .map(([name]) => name.replaceAll("`", ""));
  assert.deepEqual(documented, [...DECODERS.keys()].sort());
  for (const name of DECODER_NAMES) assert.ok(section("Reference").includes(`\`${name}\``), name);
});

/** Names of all properties anywhere in a JSON schema. */
function propertyNames(schema: unknown): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { properties, ...rest } = schema as { properties?: Record<string, unknown> };
  const values = [...Object.values(properties ?? {}), ...Object.values(rest)];
  return [...Object.keys(properties ?? {}), ...values.flatMap(propertyNames)];
}

Deno.test("readme: every key of the config stands in the reference", () => {
  const keys = new Set(propertyNames(buildJsonSchema()));
  assert.ok(keys.has("programs") && keys.has("static_decoder_map") && keys.has("bucket_max"));
  const reference = section("Reference");
  for (const key of keys) assert.match(reference, new RegExp(`\`${key}(?::.*?)?\``), `"${key}"`);
});

Deno.test("readme: keys that its tables name are keys of the config", () => {
  const keys = new Set(propertyNames(buildJsonSchema()));
  const names = [...namedIn("Reference")].filter((name) => name !== "name" && !DECODERS.has(name));
  assert.ok(names.length > 20);
  for (const name of names) assert.ok(keys.has(name), `"${name}"`);
  for (const kind of Object.keys(PROBE_TYPES)) assert.ok(names.includes(`${kind}s`), kind);
});

Deno.test("readme: the table of examples is the folder", () => {
  const names = [...section("Examples").matchAll(/\]\(examples\/(\w+)\.yaml\)/g)].map(([, name]) =>
    name
  );
  assert.deepEqual(names.sort(), listExamples());
});

Deno.test("readme: every metric of the exporter itself stands in it, with its labels", async () => {
  const self = openSelfMetrics({ version: "1", denoVersion: "2", platform: "p" });
  self.setProgram("p", true);
  self.setAlternative("p", 1, 2);
  self.setFunctions("p", [{ name: "f", tag: "0" }]);
  self.setProbes("p", [{ kind: "kprobe", probe: "x", function: "f", attached: true }]);
  self.setDecoderErrors({ program: "p", metric: "m", label: "l", decoder: "uint", total: 1 });
  self.setScrape("p", 1, true);
  self.setMetricSeries("m", 1);
  const rows = new Map(
    tableRows(section("Own metrics")).map(([name, labels]) => [name, labels]),
  );
  const seen: string[] = [];
  for (const { name, text } of await self.families("text")) {
    if (name.startsWith("process_")) continue;
    seen.push(name);
    const labels = rows.get(`\`${name}\``) ?? assert.fail(`${name} is not in the table`);
    const [, shown] = text.match(/\{(.*)\} /) ?? [];
    assert.deepEqual(
      [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label).sort(),
      [...shown.matchAll(/(\w+)="/g)].map(([, label]) => label),
      name,
    );
  }
  // What no setter above sets is in the source all the same.
  const source = Deno.readTextFileSync(new URL("src/self_metrics/self_metrics.ts", ROOT));
  const named = new Set([...source.matchAll(/"(ebpf_exporter_\w+)"/g)].map(([, name]) => name));
  assert.ok(seen.length > 8 && seen.every((name) => named.has(name)));
  for (const name of named) assert.ok(rows.has(`\`${name}\``), `${name} is not in the table`);
  assert.equal(rows.size - 1, named.size, "the table has a metric that is none");
});

Deno.test("readme: its config is valid, and the metrics below it are those of the config", async () => {
  const [text] = codeBlocks("yaml");
  const { config, problems } = await loadConfig([{ file: "README.md", text }]);
  assert.deepEqual(problems, []);
  const output = codeBlocks("").find((block) => block.startsWith("# HELP"))!;
  const metrics = config!.programs.flatMap(({ counters, histograms }) => [
    ...counters,
    ...histograms,
  ]);
  for (const { name, help, kind } of metrics) {
    assert.ok(output.includes(`# HELP ebpf_exporter_${name} ${help}\n`), name);
    assert.ok(output.includes(`# TYPE ebpf_exporter_${name} ${kind}\n`), name);
  }
});

/** The name that a heading has as a link's target: GitHub's rule, as far as headings here need it. */
function anchor(title: string): string {
  return title.toLowerCase().replace(/[^\w -]/g, "").replaceAll(" ", "-");
}

Deno.test("readme: internal links resolve", () => {
  const anchors = [...prose.matchAll(/^#+ (.+)$/gm)].map(([, title]) => anchor(title));
  assert.equal(new Set(anchors).size, anchors.length, "two headings have one name");
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link);
  assert.ok(links.length > 10);
  for (const link of links) {
    if (link.startsWith("https://")) continue;
    if (link.startsWith("#")) assert.ok(anchors.includes(link.slice(1)), link);
    else assert.ok(Deno.statSync(new URL(link, ROOT)).isFile, link);
  }
});

Deno.test("readme: every file that it names is there", () => {
  const named = [...readme.matchAll(/`((?:src|scripts|tests|examples|\.ci)\/[\w./-]+)`/g)]
    .map(([, path]) => path).filter((path) => !path.includes("NAME"));
  assert.ok(named.length > 10);
  for (const path of new Set(named)) {
    assert.doesNotThrow(() => Deno.statSync(new URL(path, ROOT)), path);
  }
});

/** All text of the source, with literals that are put together from several lines in one piece. */
function sourceText(folder: URL): string {
  return [...Deno.readDirSync(folder)].map(({ name, isDirectory }) =>
    isDirectory
      ? sourceText(new URL(`${name}/`, folder))
      : Deno.readTextFileSync(new URL(name, folder))
  ).join("\n").replace(/["`] \+\s*["`]/g, "");
}

/** Words of clang. */
const FOREIGN_MESSAGE = /^Looks like the BPF stack limit/;
/** What differs from host to host, and where the source puts a message together. */
const VARIABLE =
  /"[^"]*"|'[^']*'|\{[^}]*\}|[…;]|\b(?:CAUSE|NAME|\d+|E[A-Z]{4,})\b|reason=|char\[\d+\]/;

Deno.test("readme: the errors that it explains are messages of the source", () => {
  const source = sourceText(new URL("src/", ROOT));
  const messages = tableRows(section("Errors")).slice(1)
    .flatMap(([first]) => [...first.matchAll(/`([^`]+)`/g)].map(([, message]) => message));
  assert.ok(messages.length > 20);
  for (const message of messages) {
    if (FOREIGN_MESSAGE.test(message)) continue;
    const pieces = message.split(VARIABLE)
      .map((piece) => piece.replace(/^[\s:,)]+|[\s:,(]+$/g, ""))
      .filter((piece) => piece.length > 3);
    assert.ok(pieces.length > 0, message);
    for (const piece of pieces) assert.ok(source.includes(piece), `${message}: "${piece}"`);
  }
});
