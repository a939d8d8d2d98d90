/**
 * Writes a tree of kernel headers for libbcc out of the kernel's BTF. It runs in the short-lived process that
 * compiles, and does not know how libbcc is called.
 */

import { readBtf } from "../kernel/btf.ts";
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
  /^(?:linux|uapi|asm|asm-generic|net|scsi|trace|block|crypto|drm|generated|kvm|media|misc|rdma|sound|target|vdso|video|xen|acpi|keys|memory|pcmcia|ras|soc|clocksource|cxl|hyperv|kunit|ufs|rv|math-emu|mtd|rdma|perf)\//;

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
    once("LINUX_TYPES", `${TYPE_MACROS}${scalars}${fallbackScalars(scalars)}`),
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

/** include/linux/version.h is generated so by the kernel's Makefile. */
function versionText(versionCode: number): string {
  return `#define LINUX_VERSION_CODE ${versionCode}
#define KERNEL_VERSION(a,b,c) (((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))
#define LINUX_VERSION_MAJOR ${versionCode >>> 16}
#define LINUX_VERSION_PATCHLEVEL ${versionCode >>> 8 & 255}
#define LINUX_VERSION_SUBLEVEL ${versionCode & 255}
`;
}

const TYPE_MACROS = `#define __bitwise
#define __bitwise__
#define __aligned_u64 __u64 __attribute__((aligned(8)))
#define __aligned_s64 __s64 __attribute__((aligned(8)))
#define __aligned_be64 __be64 __attribute__((aligned(8)))
#define __aligned_le64 __le64 __attribute__((aligned(8)))
`;

/** Integer names that programs and libbcc take for granted, in case that no code of the kernel uses one. */
const BASIC_SCALARS: readonly (readonly [string, string])[] = [
  ["__u8", "unsigned char"],
  ["__s8", "signed char"],
  ["__u16", "unsigned short"],
  ["__s16", "short"],
  ["__u32", "unsigned int"],
  ["__s32", "int"],
  ["__u64", "unsigned long long"],
  ["__s64", "long long"],
  ["u8", "__u8"],
  ["s8", "__s8"],
  ["u16", "__u16"],
  ["s16", "__s16"],
  ["u32", "__u32"],
  ["s32", "__s32"],
  ["u64", "__u64"],
  ["s64", "__s64"],
  ["__be16", "__u16"],
  ["__be32", "__u32"],
  ["__be64", "__u64"],
  ["__le16", "__u16"],
  ["__le32", "__u32"],
  ["__le64", "__u64"],
  ["__sum16", "__u16"],
  ["__wsum", "__u32"],
  ["uint8_t", "__u8"],
  ["uint16_t", "__u16"],
  ["uint32_t", "__u32"],
  ["uint64_t", "__u64"],
  ["int8_t", "__s8"],
  ["int16_t", "__s16"],
  ["int32_t", "__s32"],
  ["int64_t", "__s64"],
  ["uintptr_t", "unsigned long"],
  ["size_t", "unsigned long"],
  ["ssize_t", "long"],
  ["bool", "_Bool"],
  ["uint", "unsigned int"],
  ["ulong", "unsigned long"],
  ["ushort", "unsigned short"],
];

function fallbackScalars(scalars: string): string {
  const known = new Set(Array.from(scalars.matchAll(/(\w+);$/gm), (match) => match[1]));
  return BASIC_SCALARS.filter(([name]) => !known.has(name)).map(([name, type]) =>
    `typedef ${type} ${name};\n`
  ).join("");
}

/** include/uapi/linux/bpf_common.h: the classic instruction codes. */
const BPF_COMMON = `#define BPF_CLASS(code) ((code) & 0x07)
#define BPF_LD 0x00
#define BPF_LDX 0x01
#define BPF_ST 0x02
#define BPF_STX 0x03
#define BPF_ALU 0x04
#define BPF_JMP 0x05
#define BPF_RET 0x06
#define BPF_MISC 0x07
#define BPF_SIZE(code) ((code) & 0x18)
#define BPF_W 0x00
#define BPF_H 0x08
#define BPF_B 0x10
#define BPF_MODE(code) ((code) & 0xe0)
#define BPF_IMM 0x00
#define BPF_ABS 0x20
#define BPF_IND 0x40
#define BPF_MEM 0x60
#define BPF_LEN 0x80
#define BPF_MSH 0xa0
#define BPF_OP(code) ((code) & 0xf0)
#define BPF_ADD 0x00
#define BPF_SUB 0x10
#define BPF_MUL 0x20
#define BPF_DIV 0x30
#define BPF_OR 0x40
#define BPF_AND 0x50
#define BPF_LSH 0x60
#define BPF_RSH 0x70
#define BPF_NEG 0x80
#define BPF_MOD 0x90
#define BPF_XOR 0xa0
#define BPF_JA 0x00
#define BPF_JEQ 0x10
#define BPF_JGT 0x20
#define BPF_JGE 0x30
#define BPF_JSET 0x40
#define BPF_SRC(code) ((code) & 0x08)
#define BPF_K 0x00
#define BPF_X 0x08
#define BPF_MAXINSNS 4096
`;
