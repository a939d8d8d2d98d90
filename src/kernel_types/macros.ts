/**
 * Picks the macros and inline functions that a program uses and BTF lacks, right for the kernel at hand; it does
 * not know the program beyond the names that it uses.
 */

import { type Btf, BTF_KIND } from "../kernel/btf.ts";
import { cNames } from "./c_names.ts";
import { macroConstants } from "./macro_constants.ts";
import { MACRO_DEFINITIONS, MEMBER_MACROS } from "./macro_definitions.ts";
import { isComposite, isEnum, resolved } from "./reach.ts";
import { syscallNumbers } from "./syscall_numbers.ts";

export interface MacroWish {
  readonly btf: Btf;
  /** All identifiers of the program and its flags. */
  readonly used: ReadonlySet<string>;
  /** Tags that it uses. */
  readonly usedTags: ReadonlySet<string>;
  /** Names that the program or libbcc define themselves. */
  readonly defined: ReadonlySet<string>;
  /** `uname -m`. */
  readonly machine: string;
}

/** One thing that can be written: its name and the C text of it. */
interface Definition {
  readonly name: string;
  readonly text: string;
  /** `type.member` that the kernel must have. */
  readonly needs: string | null;
}

/**
 * The C text of all definitions that the program's names lead to, those that they lead to themselves included. It
 * stands after the types. Each is guarded, and none has the name of an enumerator of this kernel.
 */
export function macroText(wish: MacroWish): string {
  const { btf, defined, machine } = wish;
  const facts = kernelFacts(btf);
  const available = new Map<string, Definition>();
  for (const definition of definitions(machine, wish.usedTags, facts)) {
    if (!available.has(definition.name) && !defined.has(definition.name)) {
      available.set(definition.name, definition);
    }
  }
  const wanted = new Set<string>();
  const queue = [...wish.used];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const definition = available.get(name);
    if (definition === undefined || wanted.has(name)) continue;
    wanted.add(name);
    queue.push(...cNames(definition.text).used);
  }
  const candidates = [...available.values()].filter(({ name }) => wanted.has(name));
  const enumerators = facts.enumeratorsAmong(wanted);
  return candidates
    .filter(({ name, needs }) =>
      !enumerators.has(name) && (needs === null || facts.hasMember(needs))
    )
    .map(({ name, text }) =>
      text.startsWith("#define") ? `#ifndef ${name}\n${text}\n#endif\n` : `${text}\n`
    )
    .join("");
}

function definitions(
  machine: string,
  usedTags: ReadonlySet<string>,
  facts: KernelFacts,
): Definition[] {
  const list: Definition[] = [];
  const define = (name: string, value: string, needs: string | null = null): void => {
    list.push({ name, text: `#define ${name} ${value}`, needs });
  };
  for (const [name, value] of facts.sizes()) define(name, value);
  for (const [name, value] of facts.flagBits()) define(name, value);
  for (const [name, value] of machineConstants(machine)) define(name, value);
  for (const [name, value] of macroConstants()) define(name, value);
  for (const [name, value] of syscallNumbers(machine)) define(name, value);
  for (const { tags, prefix, path, names } of MEMBER_MACROS) {
    if (!tags.some((tag) => usedTags.has(tag))) continue;
    for (const name of names.split(" ")) {
      const [from, to] = name.split("=");
      define(`${prefix}${from}`, `${path}${to ?? from}`);
    }
  }
  let needs: string | null = null;
  for (const line of MACRO_DEFINITIONS.split("\n")) {
    if (line === "") needs = null;
    else if (line.startsWith("@needs ")) needs = line.slice("@needs ".length);
    else {list.push({
        name: /^#define (\w+)|(\w+)\(/.exec(line)!.slice(1).find(Boolean)!,
        text: line,
        needs,
      });}
  }
  return list;
}

/** Constants whose value is the architecture's. arch/x86 and arch/arm64, include/uapi/asm. */
function machineConstants(machine: string): [string, string][] {
  const isArm = machine === "aarch64";
  return [
    ["PAGE_SHIFT", isArm ? ARM64_PAGE_SHIFT : "12"],
    ["PAGE_OFFSET", isArm ? "(-(1UL << CONFIG_ARM64_VA_BITS))" : "__PAGE_OFFSET_BASE_L4"],
    ["O_DIRECTORY", isArm ? "040000" : "0200000"],
    ["O_NOFOLLOW", isArm ? "0100000" : "0400000"],
    ["O_DIRECT", isArm ? "0200000" : "040000"],
    ["O_LARGEFILE", isArm ? "0400000" : "0100000"],
  ];
}

/** The kernel's configuration decides, in three spellings over the years. */
const ARM64_PAGE_SHIFT =
  "(IS_ENABLED(CONFIG_ARM64_64K_PAGES) ? 16 : IS_ENABLED(CONFIG_ARM64_16K_PAGES) ? 14 : 12)";

interface KernelFacts {
  /** Macros that are the length of an array in a struct. */
  sizes(): [string, string][];
  /** `REQ_SYNC` and its like: macros of a shift by an enumerator. */
  flagBits(): [string, string][];
  enumeratorsAmong(names: ReadonlySet<string>): Set<string>;
  hasMember(path: string): boolean;
}

/** Macro, and the array member whose length it is. */
const ARRAY_SIZES: readonly (readonly [string, string, string])[] = [
  ["TASK_COMM_LEN", "task_struct", "comm"],
  ["DISK_NAME_LEN", "gendisk", "disk_name"],
  ["IFNAMSIZ", "net_device", "name"],
  ["DNAME_INLINE_LEN", "dentry", "d_iname"],
  ["DNAME_INLINE_LEN", "shortname_store", "string"],
  ["MODULE_NAME_LEN", "module", "name"],
];

/** Enums of bit numbers `__X`, for which the kernel's headers have a macro `X`, and its type. */
const FLAG_BIT_ENUMS: readonly (readonly [string, string])[] = [
  ["req_flag_bits", "1ULL"],
  ["rqf_flags", "1"],
];

function kernelFacts(btf: Btf): KernelFacts {
  const flagEnums = new Map(FLAG_BIT_ENUMS);
  const tags = new Set([...ARRAY_SIZES.map(([, tag]) => tag), ...flagEnums.keys()]);
  const ids = idsByName(btf, tags);

  /** The type of a member, also of one inside an anonymous member; 0 where there is none. */
  function memberType(id: number, member: string): number {
    for (let i = 0; i < btf.vlen(id); i++) {
      const name = btf.text(btf.word(id, i * 3));
      const type = btf.word(id, i * 3 + 1);
      if (name === member) return type;
      if (name !== "" || !isComposite(btf.kind(resolved(btf, type)))) continue;
      const inner = memberType(resolved(btf, type), member);
      if (inner !== 0) return inner;
    }
    return 0;
  }

  return {
    sizes: () =>
      ARRAY_SIZES.flatMap(([macro, tag, member]): [string, string][] => {
        for (const id of ids.get(tag) ?? []) {
          const array = resolved(btf, isComposite(btf.kind(id)) ? memberType(id, member) : 0);
          if (btf.kind(array) === BTF_KIND.ARRAY) return [[macro, `${btf.word(array, 2)}`]];
        }
        return [];
      }),
    flagBits: () =>
      FLAG_BIT_ENUMS.flatMap(([tag, one]) =>
        (ids.get(tag) ?? []).filter((id) => isEnum(btf.kind(id))).flatMap((id) => {
          const bits: [string, string][] = [];
          for (let i = 0; i < btf.vlen(id); i++) {
            const name = btf.text(btf.word(id, i * 2));
            if (name.startsWith("__")) bits.push([name.slice(2), `(${one} << ${name})`]);
          }
          return bits;
        })
      ),
    enumeratorsAmong: (names) => enumeratorsAmong(btf, names),
    hasMember(path) {
      const [type, member] = path.split(".");
      return (idsByName(btf, new Set([type])).get(type) ?? []).some((id) => {
        const target = resolved(btf, id);
        return isComposite(btf.kind(target)) && memberType(target, member) !== 0;
      });
    },
  };
}

/** Structs, unions, enums and typedefs by name. */
function idsByName(btf: Btf, names: ReadonlySet<string>): Map<string, number[]> {
  const offsets = new Map<number, string>();
  for (const [name, offset] of btf.findNames(names)) offsets.set(offset, name);
  const ids = new Map<string, number[]>();
  for (let id = 1; id < btf.count; id++) {
    const name = offsets.get(btf.nameOffset(id));
    if (name === undefined) continue;
    const kind = btf.kind(id);
    if (!isComposite(kind) && !isEnum(kind) && kind !== BTF_KIND.TYPEDEF) continue;
    ids.set(name, [...(ids.get(name) ?? []), id]);
  }
  return ids;
}

function enumeratorsAmong(btf: Btf, names: ReadonlySet<string>): Set<string> {
  const offsets = new Set(btf.findNames(names).values());
  const found = new Set<string>();
  for (let id = 1; id < btf.count; id++) {
    const kind = btf.kind(id);
    if (!isEnum(kind)) continue;
    const words = kind === BTF_KIND.ENUM64 ? 3 : 2;
    for (let i = 0; i < btf.vlen(id); i++) {
      const offset = btf.word(id, i * words);
      if (offsets.has(offset)) found.add(btf.text(offset));
    }
  }
  return found;
}
