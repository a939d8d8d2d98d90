/** The parts of basic kernel headers that are the same for every program; they know nothing of BTF. */

/** include/linux/version.h is generated so by the kernel's Makefile. */
export function versionText(versionCode: number): string {
  return `#define LINUX_VERSION_CODE ${versionCode}
#define KERNEL_VERSION(a,b,c) (((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))
#define LINUX_VERSION_MAJOR ${versionCode >>> 16}
#define LINUX_VERSION_PATCHLEVEL ${versionCode >>> 8 & 255}
#define LINUX_VERSION_SUBLEVEL ${versionCode & 255}
`;
}

/** What include/uapi/linux/types.h defines beside types. */
export const TYPE_MACROS = `#define __bitwise
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

/** Typedefs of those basic names that `scalars`, the kernel's own typedefs as C text, leave out. */
export function scalarFallbacks(scalars: string): string {
  const known = new Set(Array.from(scalars.matchAll(/(\w+);$/gm), (match) => match[1]));
  return BASIC_SCALARS.filter(([name]) => !known.has(name)).map(([name, type]) =>
    `typedef ${type} ${name};\n`
  ).join("");
}

/** include/uapi/linux/bpf_common.h: the classic instruction codes. */
export const BPF_COMMON = `#define BPF_CLASS(code) ((code) & 0x07)
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
