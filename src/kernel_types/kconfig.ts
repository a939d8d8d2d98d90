/** Writes `linux/kconfig.h`: the kernel's CONFIG_ macros, which libbcc and programs ask for. */

import { type Btf, BTF_KIND } from "../kernel/btf.ts";

export interface KconfigInput {
  readonly btf: Btf;
  /** The kernel's `.config`, as `/proc/config.gz` or `/boot/config-RELEASE` holds it, or null. */
  readonly configText: string | null;
  readonly versionCode: number;
  /** `uname -m`. */
  readonly machine: string;
}

/**
 * The macros of the kernel's `include/generated/autoconf.h`. Without a `.config` only those that libbcc's headers
 * depend on, found from what the kernel contains.
 */
export function kconfigText(input: KconfigInput): string {
  const lines = input.configText === null
    ? guessed(input)
    : input.configText.split("\n").flatMap(configLine);
  const guards = lines.map(([name, value]) =>
    `#ifndef ${name}\n#define ${name} ${value}\n#endif\n`
  );
  return `#ifndef EBPF_EXPORTER_KCONFIG\n#define EBPF_EXPORTER_KCONFIG\n${
    guards.join("")
  }${ENABLED}#endif\n`;
}

/** One line of a `.config`, as kconfig's own writer turns it into C. */
function configLine(line: string): [string, string][] {
  const match = /^(CONFIG_\w+)=(.*)$/.exec(line);
  if (match === null) return [];
  const [, name, value] = match;
  if (value === "y") return [[name, "1"]];
  if (value === "m") return [[`${name}_MODULE`, "1"]];
  return [[name, value]];
}

function guessed(input: KconfigInput): [string, string][] {
  const lines: [string, string][] = [["CONFIG_BPF_SYSCALL", "1"], ["CONFIG_64BIT", "1"]];
  if (input.machine === "x86_64") lines.push(["CONFIG_X86", "1"], ["CONFIG_X86_64", "1"]);
  if (input.machine === "aarch64") lines.push(["CONFIG_ARM64", "1"]);
  if (hasSyscallWrappers(input)) lines.push(["CONFIG_ARCH_HAS_SYSCALL_WRAPPER", "1"]);
  return lines;
}

/** System calls take `struct pt_regs` on x86-64 since 4.17 and on arm64 since 4.19: their functions are named so. */
function hasSyscallWrappers({ btf, versionCode, machine }: KconfigInput): boolean {
  const functions = ["__x64_sys_read", "__arm64_sys_read"];
  const names = new Set(btf.findNames(new Set(functions)).values());
  for (let id = 1; id < btf.count; id++) {
    if (btf.kind(id) === BTF_KIND.FUNC && names.has(btf.nameOffset(id))) return true;
  }
  return machine === "x86_64"
    ? versionCode >= 0x041100
    : machine === "aarch64" && versionCode >= 0x041300;
}

/** include/linux/kconfig.h: the preprocessor can ask for an option without knowing whether it is defined. */
const ENABLED = `#define __ARG_PLACEHOLDER_1 0,
#define __take_second_arg(__ignored, val, ...) val
#define ___is_defined(val) ____is_defined(__ARG_PLACEHOLDER_##val)
#define __is_defined(x) ___is_defined(x)
#define ____is_defined(arg1_or_junk) __take_second_arg(arg1_or_junk 1, 0)
#define IS_BUILTIN(option) __is_defined(option)
#define IS_MODULE(option) __is_defined(option##_MODULE)
#define IS_ENABLED(option) (IS_BUILTIN(option) || IS_MODULE(option))
`;
