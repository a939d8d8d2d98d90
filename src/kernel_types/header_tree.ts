/**
 * Writes a tree of kernel headers for libbcc out of the kernel's BTF. It runs in the short-lived process that
 * compiles, and does not know how libbcc is called.
 */

import { readBtf } from "../kernel/btf.ts";
import { BPF_COMMON, scalarFallbacks, TYPE_MACROS, versionText } from "./basic_headers.ts";
import { cNames } from "./c_names.ts";
import { cText } from "./c_text.ts";
import { calledHelperTypes, type LibbccText } from "./libbcc_text.ts";
import { kconfigText } from "./kconfig.ts";
import { macroText } from "./macros.ts";
import { reach } from "./reach.ts";

export interface HeaderTreeInput {
  /** The running kernel's BTF. */
  readonly btf: Uint8Array;
  /** The program's C code; for programs that compile together all of it. */
  readonly sourceText: string;
  /** The program's own compiler flags. */
  readonly cflags: readonly string[];
  /** Text that libbcc will insert: the `format` files of the tracepoints that the code names. */
  readonly insertedText: string;
  readonly libbcc: LibbccText;
  /** `LINUX_VERSION_CODE` of the running kernel. */
  readonly versionCode: number;
  /** `uname -m`. */
  readonly machine: string;
  /** The kernel's `.config`, where it can be had. */
  readonly configText: string | null;
}

/** Tags that libbcc's own rewriting and macros look into, whatever the program names. */
const ALWAYS = ["pt_regs", "user_pt_regs", "user_regs_struct"];
/** Constants that are C's in spirit; the kernel has them as enumerators. */
const ALWAYS_NAMED = ["true", "false", "NULL"];

/** Where kernel headers live; other names are not answered, so that a wrong one is told. */
const KERNEL_FOLDERS =
  /^(?:linux|uapi|asm|asm-generic|net|scsi|trace|block|crypto|drm|generated|kvm|media|misc|rdma|sound|target|vdso|video|xen|acpi|keys|memory|pcmcia|ras|soc|clocksource|cxl|hyperv|kunit|ufs|rv|math-emu|mtd|perf)\//;

/**
 * Writes the tree into `dir`, an existing empty folder that the caller owns and names to libbcc as
 * `BCC_KERNEL_SOURCE`. It is right for this program alone: the types are those that the program can reach.
 * Throws an `Error` that says what is wrong with the BTF, or the system's about a file.
 */
export function writeHeaderTree(dir: string, input: HeaderTreeInput): void {
  const folders = new Set<string>();
  for (const [path, text] of headerTree(input)) {
    const folder = `${dir}/${path.slice(0, path.lastIndexOf("/"))}`;
    if (!folders.has(folder)) {
      Deno.mkdirSync(folder, { recursive: true });
      folders.add(folder);
    }
    Deno.writeTextFileSync(`${dir}/${path}`, text);
  }
  // libbcc names it in its include path
  Deno.mkdirSync(`${dir}/arch`, { recursive: true });
}

/** The files of the tree: path below its root, and text. */
export function headerTree(input: HeaderTreeInput): Map<string, string> {
  const btf = readBtf(input.btf);
  const program = cNames(`${input.sourceText}\n`);
  const flags = cNames(input.cflags.join("\n"));
  const flagMacros = input.cflags.flatMap((flag) => /^-D\s*(\w+)/.exec(flag)?.[1] ?? []);
  const inserted = cNames(input.insertedText.replace(/^(?!\s*field:).*$/gm, ""));
  const libbcc = input.libbcc.names;
  const definedOrdinary = new Set([
    ...libbcc.ordinary,
    ...libbcc.macros,
    ...program.ordinary,
    ...flagMacros,
  ]);
  const used = new Set([...program.used, ...flags.used, ...ALWAYS_NAMED]);
  const macros = macroText({
    btf,
    // libbcc's own macros expand to the kernel's: `BPF_STACK_TRACE` to `roundup_pow_of_two`
    used: new Set([...used, ...libbcc.used]),
    usedTags: new Set([...program.usedTags, ...flags.usedTags]),
    defined: new Set([...definedOrdinary, ...program.macros]),
    machine: input.machine,
  });
  const macroNames = cNames(macros);
  for (const name of macroNames.used) used.add(name);

  const reached = reach(btf, {
    used,
    typedefs: new Set([...used, ...inserted.used]),
    tags: new Set([
      ...ALWAYS,
      ...program.usedTags,
      ...flags.usedTags,
      ...inserted.usedTags,
      ...macroNames.usedTags,
      // a tag that is a macro for another, as `sockaddr_storage` is
      ...[...program.usedTags].some((tag) => macroNames.macros.has(tag)) ? macroNames.used : [],
      ...calledHelperTypes(input.libbcc, used),
    ]),
    definedTags: new Set([...libbcc.tags, ...program.tags]),
    definedOrdinary,
  });
  const writer = cText(btf, new Set([...reached.definitions, ...reached.scalars]), {
    libbccTags: libbcc.tags,
    programTags: program.tags,
    ordinary: definedOrdinary,
  });
  const scalars = reached.scalars.map(writer.definition).join("");
  const types = [
    ...reached.declarations.map(writer.declaration),
    ...reached.definitions.map(writer.definition),
  ].join("");

  const files = new Map<string, string>();
  const all = '#include "kernel_types.h"\n';
  for (const name of [...libbcc.includes, ...program.includes, ...flags.includes]) {
    if (KERNEL_FOLDERS.test(name) && !name.includes("..")) files.set(`include/${name}`, all);
  }
  const { configText, versionCode, machine } = input;
  files.set("include/linux/kconfig.h", kconfigText({ btf, configText, versionCode, machine }));
  files.set("include/linux/version.h", versionText(versionCode));
  // libbcc's bpf.h includes these two before it defines its types, some of which the others contain
  files.set(
    "include/linux/types.h",
    once("LINUX_TYPES", `${TYPE_MACROS}${scalars}${scalarFallbacks(scalars)}`),
  );
  files.set("include/linux/bpf_common.h", once("LINUX_BPF_COMMON", BPF_COMMON));
  files.set(
    "include/uapi/linux/bpf.h",
    "#include <linux/types.h>\n#include <linux/bpf_common.h>\n",
  );
  files.set(
    "include/kernel_types.h",
    once("KERNEL_TYPES", `#include <linux/types.h>\n${types}${macros}`),
  );
  return files;
}

function once(name: string, text: string): string {
  return `#ifndef EBPF_EXPORTER_${name}\n#define EBPF_EXPORTER_${name}\n${text}#endif\n`;
}
