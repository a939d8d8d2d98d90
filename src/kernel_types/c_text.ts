/** Writes BTF types as C text with the kernel's own layout; which types, and where, others decide. */

import { type Btf, BTF_KIND } from "../kernel/btf.ts";
import { cIdentifier, nameSpace } from "./c_identifier.ts";
import { enumeratorValue, type EnumeratorValues, enumeratorValues } from "./enumerators.ts";
import { type Filling, memberPlace, structLayouts } from "./layout.ts";
import { isComposite, isEnum, isPassThrough, resolved } from "./reach.ts";

/** Names that stand elsewhere in the same translation unit. */
export interface NeighbourNames {
  /** Tags that libbcc's headers define, before the text that is written here. */
  readonly libbccTags: ReadonlySet<string>;
  /** Tags that the program defines, after it. */
  readonly programTags: ReadonlySet<string>;
  /** Ordinary names and macros that either defines. */
  readonly ordinary: ReadonlySet<string>;
}

export interface CText {
  /** `struct x;` for a type that is only spoken of; empty where none is needed. */
  declaration(id: number): string;
  /** The whole definition of a named type; empty where libbcc has it. */
  definition(id: number): string;
}

/**
 * A writer over one blob. `defined` are the types that will be defined: those of them whose names a neighbour has
 * are called `NAME___kernel`.
 */
export function cText(btf: Btf, defined: ReadonlySet<number>, neighbours: NeighbourNames): CText {
  const layouts = structLayouts(btf);
  const values: EnumeratorValues = enumeratorValues(btf);
  const tags = nameSpace(() => false);
  const ordinary = nameSpace((name) => neighbours.ordinary.has(name));
  /** Fillers of one definition; the anonymous structs in it share its names. */
  let fillers = 0;

  /** libbcc's enum is the kernel's, perhaps of another version: of the same size, and its enumerators are there. */
  function isLibbccEnum(id: number): boolean {
    return isEnum(btf.kind(id)) && neighbours.libbccTags.has(btf.name(id));
  }

  function tagName(id: number): string {
    const name = btf.name(id);
    if (btf.kind(id) === BTF_KIND.FWD) return cIdentifier(name);
    if (isLibbccEnum(id)) return name;
    const isTaken = neighbours.libbccTags.has(name) || neighbours.programTags.has(name);
    if (isTaken && !defined.has(id)) return cIdentifier(name);
    return tags.take(`${id}`, isTaken ? `${name}___kernel` : name);
  }

  function typedefName(id: number): string {
    const name = btf.name(id);
    return name.startsWith("__builtin_") ? name : ordinary.take(`${id}`, name);
  }

  function keyword(id: number): string {
    const kind = btf.kind(id);
    if (isEnum(kind)) return "enum";
    if (kind === BTF_KIND.FWD) return btf.flag(id) ? "union" : "struct";
    return kind === BTF_KIND.UNION ? "union" : "struct";
  }

  /** A declaration of `declarator` with the type; `qualifiers` end in a space each. */
  function declare(id: number, declarator: string, indent: string, qualifiers = ""): string {
    const kind = btf.kind(id);
    switch (kind) {
      case BTF_KIND.CONST:
        return declare(btf.sizeOrType(id), declarator, indent, `${qualifiers}const `);
      case BTF_KIND.VOLATILE:
        return declare(btf.sizeOrType(id), declarator, indent, `${qualifiers}volatile `);
      case BTF_KIND.RESTRICT:
        return declare(btf.sizeOrType(id), declarator, indent, `${qualifiers}restrict `);
      case BTF_KIND.TYPE_TAG:
        return declare(btf.sizeOrType(id), declarator, indent, qualifiers);
      case BTF_KIND.PTR: {
        const target = kindBehind(btf.sizeOrType(id));
        const needsParentheses = target === BTF_KIND.ARRAY || target === BTF_KIND.FUNC_PROTO;
        const pointer = `*${qualifiers}${declarator}`;
        return declare(btf.sizeOrType(id), needsParentheses ? `(${pointer})` : pointer, indent);
      }
      case BTF_KIND.ARRAY:
        return declare(btf.word(id, 0), `${declarator}[${btf.word(id, 2)}]`, indent, qualifiers);
      case BTF_KIND.FUNC_PROTO:
        // a qualified function type has no meaning in C
        return declare(btf.sizeOrType(id), `${declarator}(${parameters(id, indent)})`, indent);
      default:
        return `${qualifiers}${base(id, indent)}${declarator === "" ? "" : ` ${declarator}`}`;
    }
  }

  /** The kind behind qualifiers. */
  function kindBehind(id: number): number {
    while (isPassThrough(btf.kind(id))) id = btf.sizeOrType(id);
    return btf.kind(id);
  }

  function parameters(id: number, indent: string): string {
    const count = btf.vlen(id);
    if (count === 0) return "void";
    const list: string[] = [];
    for (let i = 0; i < count; i++) {
      const type = btf.word(id, i * 2 + 1);
      const isVariadic = type === 0 && i === count - 1;
      list.push(isVariadic ? "..." : declare(type, "", indent));
    }
    return list[0] === "..." ? "" : list.join(", ");
  }

  function base(id: number, indent: string): string {
    const kind = btf.kind(id);
    if (kind === BTF_KIND.VOID) return "void";
    if (kind === BTF_KIND.TYPEDEF) return typedefName(id);
    if (kind === BTF_KIND.FWD) return `${keyword(id)} ${tagName(id)}`;
    if (isComposite(kind)) {
      return btf.nameOffset(id) === 0 ? composite(id, "", indent) : `${keyword(id)} ${tagName(id)}`;
    }
    if (isEnum(kind)) {
      return btf.nameOffset(id) === 0 ? enumeration(id, "", indent) : `enum ${tagName(id)}`;
    }
    return intName(btf, id);
  }

  function composite(id: number, tag: string, indent: string): string {
    const layout = layouts.of(id);
    const inner = `${indent}\t`;
    const lines: string[] = [`${keyword(id)}${tag} {`];
    const bits = (count: number): void => {
      if (count > 0) lines.push(`${inner}unsigned char :${count};`);
    };
    const bytes = (count: number): void => {
      if (count > 0) lines.push(`${inner}unsigned char __pad_${fillers++}[${count}];`);
    };
    const fill = (filling: Filling | null): void => {
      if (filling === null) return;
      bits(filling.bitsBefore);
      bytes(filling.bytes);
      bits(filling.bitsAfter);
    };
    for (let i = 0; i < (layout.isOpaque ? 0 : btf.vlen(id)); i++) {
      fill(layout.fillings[i]);
      const name = btf.text(btf.word(id, i * 3));
      const width = memberPlace(btf, id, i).widthBits;
      const type = btf.word(id, i * 3 + 1);
      const target = resolved(btf, type);
      // kernels since 6.19 put named structs without a member name into others, which C proper does not have
      const member = name === "" && isComposite(btf.kind(target))
        ? composite(target, "", inner)
        : declare(type, name === "" ? "" : cIdentifier(name), inner);
      lines.push(`${inner}${member}${width > 0 ? ` : ${width}` : ""};`);
    }
    bytes(layout.tailBytes);
    lines.push(`${indent}}${layout.isPacked ? " __attribute__((packed))" : ""}`);
    return lines.join("\n");
  }

  function enumeration(id: number, tag: string, indent: string): string {
    const lines: string[] = [`enum${tag} {`];
    // an enum of which the kernel only spoke: C wants at least one
    if (btf.vlen(id) === 0) lines.push(`${indent}\t__empty_enum_${id},`);
    for (let i = 0; i < btf.vlen(id); i++) {
      const { name, value } = enumeratorValue(btf, values, id, i);
      lines.push(`${indent}\t${ordinary.take(`${id}.${i}`, name)} = ${value},`);
    }
    lines.push(`${indent}}${values.attribute(id)}`);
    return lines.join("\n");
  }

  return {
    declaration(id) {
      const kind = btf.kind(id);
      return isComposite(kind) || kind === BTF_KIND.FWD ? `${keyword(id)} ${tagName(id)};\n` : "";
    },
    definition(id) {
      fillers = 0;
      const kind = btf.kind(id);
      if (kind === BTF_KIND.TYPEDEF) {
        const name = typedefName(id);
        if (name.startsWith("__builtin_")) return "";
        return `typedef ${declare(btf.sizeOrType(id), name, "")};\n`;
      }
      if (isComposite(kind)) return `${composite(id, ` ${tagName(id)}`, "")};\n`;
      if (!isEnum(kind) || isLibbccEnum(id)) return "";
      return `${enumeration(id, btf.nameOffset(id) === 0 ? "" : ` ${tagName(id)}`, "")};\n`;
    },
  };
}

/** BTF spells integers as DWARF does, which C understands, but for clang's own name of an array's index. */
function intName(btf: Btf, id: number): string {
  const name = btf.name(id);
  return name === "__ARRAY_SIZE_TYPE__" ? "unsigned int" : name;
}
