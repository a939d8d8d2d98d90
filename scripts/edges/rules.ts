/** What may import and name what: the rules of the architecture as data, without any checking. */

/** Rooms that a room may import from, beside itself. `main`, `exporter`, … are single files. */
export const ALLOWED_ROOMS: Readonly<Record<string, readonly string[]>> = {
  main: ["commands", "log"],
  // Children bind themselves to their parent (kernel); the page of metrics is put together (exposition).
  commands: [
    "config",
    "compiler",
    "exporter",
    "exposition",
    "http",
    "kernel",
    "program_run",
    "self_metrics",
    "log",
  ],
  // It opens readers on what the loader made, and hands decoders the kernel's symbols.
  exporter: ["program_run", "loader", "metrics", "tables", "kernel"],
  program_run: ["loader", "probes"],
  metrics: ["tables", "decoders", "exposition"],
  compiler: ["kernel", "kernel_types"],
  loader: ["kernel"],
  probes: ["kernel"],
  tables: ["kernel"],
  kernel_types: ["kernel"],
  kernel: [],
  // A key's part is what tables say it is.
  decoders: ["tables"],
  config: [],
  exposition: [],
  http: [],
  // Numbers and escapes are written as everywhere else.
  self_metrics: ["exposition"],
  log: [],
};

/** Single files that more rooms may import than their room's row says. */
export const ALLOWED_FILES: readonly {
  readonly file: string;
  readonly typeOnly: boolean;
  readonly mayImport: (room: string) => boolean;
}[] = [
  {
    file: "src/config/config.ts",
    typeOnly: true,
    mayImport: (room) => !["http", "exposition"].includes(room),
  },
  {
    file: "src/compiler/compiled_program.ts",
    typeOnly: false,
    mayImport: (room) => ["loader", "exporter", "program_run"].includes(room),
  },
  {
    file: "src/metrics/scrape_plan.ts",
    typeOnly: true,
    mayImport: (room) => room === "commands",
  },
  {
    file: "src/log.ts",
    typeOnly: true,
    mayImport: (room) => !["config", "exposition", "http"].includes(room),
  },
  // Its name and version.
  { file: "deno.json", typeOnly: false, mayImport: (room) => room === "commands" },
];

/** npm packages and built-in modules that only some files may import. */
export const PACKAGE_PLACES: readonly { readonly name: string; readonly in: RegExp }[] = [
  { name: "prom-client", in: /^src\/self_metrics\// },
  { name: "yaml", in: /^src\/config\// },
  { name: "zod", in: /^src\/config\// },
];

/** What the long-lived process must not load at its start: 8 to 10 MB of memory each. */
export const HEAVY_PACKAGES: readonly string[] = ["yaml", "zod", "re2js", "node:zlib"];

/** Files that may load, by a dynamic import, files that need `yaml` or `zod`: their processes soon end. */
export const SHORT_LIVED: readonly string[] = [
  "src/commands/config_child.ts",
  "src/commands/print.ts",
];

/** Words in code (comments do not count) that only some files under src, and main.ts, may use. */
export const WORD_PLACES: readonly {
  readonly what: string;
  readonly word: RegExp;
  readonly in: RegExp;
}[] = [
  {
    what: "a symbol of libbcc",
    word: /\bbpf_module_\w*|\bbcc_\w+/g,
    in: /^src\/compiler\//,
  },
  { what: "Deno.exit", word: /\bDeno\s*\.\s*exit\b(?!Code)/g, in: /^main\.ts$/ },
  {
    what: "Deno.dlopen",
    word: /\bDeno\s*\.\s*dlopen\b/g,
    in: /^src\/(kernel\/libc|compiler\/libbcc)\.ts$/,
  },
  // A bundle puts all files in this one folder (scripts/compile.ts), so only from there is the way
  // to other files the same in source and bundle.
  {
    what: "the place of the source file",
    word: /\bimport\s*\.\s*meta\s*\.\s*(?:url|dirname|filename|resolve)\b/g,
    in: /^src\/commands\/[^/]+$/,
  },
];

/** Hosts of registries and folders of single machines, in parts so that this file does not hold them. */
const FOREIGN_PARTS: readonly (readonly string[])[] = [
  ["registry\\.", "npmjs"],
  ["pypi\\.", "org"],
  ["python", "hosted\\."],
  ["deb\\.", "debian\\.org"],
  ["crates\\.", "io\\b"],
  ["proxy\\.", "golang"],
  ["repo\\.", "maven"],
  ["/work/", "(?:main|steering|shared|\\.\\w+)"],
  ["/opt/", "t/"],
  ["/home/", "\\w+/"],
];

/** Text that ties a file to one registry or one machine. */
export const FOREIGN_TEXT: RegExp = new RegExp(
  FOREIGN_PARTS.map((parts) => parts.join("")).join("|"),
  "g",
);
