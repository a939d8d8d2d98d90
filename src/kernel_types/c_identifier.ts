/** Names for C that are free and legal; it does not know what they stand for. */

const KEYWORDS = new Set(
  ("auto break case char const continue default do double else enum extern float for goto if inline int long " +
    "register restrict return short signed sizeof static struct switch typedef typeof union unsigned void " +
    "volatile while asm _Alignas _Alignof _Atomic _Bool _Complex _Generic _Imaginary _Noreturn " +
    "_Static_assert _Thread_local __int128")
    .split(" "),
);

/** A kernel's name as a C identifier: BTF of Rust code holds paths such as `core::fmt::Arguments`. */
export function cIdentifier(name: string): string {
  if (KEYWORDS.has(name)) return `${name}_`;
  if (/^[A-Za-z_]\w*$/.test(name)) return name;
  return name.replace(/^(?=\d)|\W/g, "_");
}

/** Gives each type or enumerator one name of its own in one of C's name spaces. */
export interface NameSpace {
  /** The name of `owner`: `wanted`, or with a suffix where somebody else has it already. */
  take(owner: string, wanted: string): string;
}

/** An empty name space in which the reserved names count as taken by somebody else. */
export function nameSpace(reserved: (name: string) => boolean): NameSpace {
  const owners = new Map<string, string>();
  const given = new Map<string, string>();
  return {
    take(owner, wanted) {
      const before = given.get(owner);
      if (before !== undefined) return before;
      const plain = cIdentifier(wanted);
      let name = reserved(plain) ? `${plain}___kernel` : plain;
      for (let i = 2; owners.has(name); i++) name = `${plain}___${i}`;
      owners.set(name, owner);
      given.set(owner, name);
      return name;
    },
  };
}
