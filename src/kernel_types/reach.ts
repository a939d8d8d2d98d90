/**
 * Decides which types of a BTF blob a program needs, in an order in which C can define them; it does not know
 * how they are written.
 *
 * clang needs half a second for all types of a kernel, so only what the program can reach is kept: what it
 * names, what that contains, and what a member that the program names points to. Everything else behind a
 * pointer is only declared.
 */

import { type Btf, BTF_KIND } from "../kernel/btf.ts";

export interface Wish {
  /** All identifiers of the program, its flags and the macros it uses. */
  readonly used: ReadonlySet<string>;
  /** Names that have to be there if they are typedefs of the kernel. */
  readonly typedefs: ReadonlySet<string>;
  /** Tags that have to be complete if the kernel has them. */
  readonly tags: ReadonlySet<string>;
  /** Tags that somebody else defines: never looked up for their own sake. */
  readonly definedTags: ReadonlySet<string>;
  /** Ordinary names that somebody else defines. */
  readonly definedOrdinary: ReadonlySet<string>;
}

export interface Reach {
  /** Typedefs of integers, which come before everything, also before libbcc's own headers. */
  readonly scalars: readonly number[];
  /** Named structs, unions, enums and typedefs, each after what it contains. */
  readonly definitions: readonly number[];
  /** Structs, unions and forward types that are spoken of: declared before all definitions. */
  readonly declarations: readonly number[];
}

/** The type behind modifiers, typedefs and type tags. */
export function resolved(btf: Btf, id: number): number {
  while (isPassThrough(btf.kind(id)) || btf.kind(id) === BTF_KIND.TYPEDEF) id = btf.sizeOrType(id);
  return id;
}

/** Kinds that change nothing in what has to be known of a type. */
export function isPassThrough(kind: number): boolean {
  return kind === BTF_KIND.CONST || kind === BTF_KIND.VOLATILE || kind === BTF_KIND.RESTRICT ||
    kind === BTF_KIND.TYPE_TAG;
}

export function isComposite(kind: number): boolean {
  return kind === BTF_KIND.STRUCT || kind === BTF_KIND.UNION;
}

export function isEnum(kind: number): boolean {
  return kind === BTF_KIND.ENUM || kind === BTF_KIND.ENUM64;
}

/** Finds what the wish reaches. */
export function reach(btf: Btf, wish: Wish): Reach {
  const isUsed = flags(btf, wish.used);
  const isTypedef = flags(btf, wish.typedefs);
  const isTag = flags(btf, new Set([...wish.tags].filter((tag) => !wish.definedTags.has(tag))));
  const scalars: number[] = [];
  const definitions: number[] = [];
  const declarations: number[] = [];
  const defined = new Uint8Array(btf.count);
  const declared = new Uint8Array(btf.count);
  /** Typedefs whose target is complete. */
  const complete = new Uint8Array(btf.count);
  /** Structs behind pointers that the program follows, to be completed later. */
  const followed: number[] = [];

  function declare(id: number): void {
    if (declared[id] === 0) {
      declared[id] = 1;
      declarations.push(id);
    }
  }

  /** The type is contained: it has to be complete here. */
  function needComplete(id: number): void {
    const kind = btf.kind(id);
    if (isPassThrough(kind)) return needComplete(btf.sizeOrType(id));
    if (kind === BTF_KIND.TYPEDEF) {
      // its name may have been needed before, with its target not complete
      if (complete[id] === 0) {
        complete[id] = 1;
        needComplete(btf.sizeOrType(id));
      }
      return defineOnce(id);
    }
    if (kind === BTF_KIND.ARRAY) return needComplete(btf.word(id, 0));
    if (isComposite(kind)) return needMembers(id);
    needName(id);
  }

  function needMembers(id: number): void {
    const isNamed = btf.nameOffset(id) !== 0;
    if (isNamed) {
      if (defined[id] !== 0) return;
      defined[id] = 1;
      declare(id);
    }
    for (let i = 0; i < btf.vlen(id); i++) {
      const type = btf.word(id, i * 3 + 1);
      needComplete(type);
      if (isUsed[btf.word(id, i * 3)] === 1) follow(type);
    }
    if (isNamed) definitions.push(id);
  }

  /** The type is spoken of, behind a pointer or in a prototype: what it is called has to be known. */
  function needName(id: number): void {
    const kind = btf.kind(id);
    if (kind === BTF_KIND.PTR || isPassThrough(kind)) return needName(btf.sizeOrType(id));
    if (kind === BTF_KIND.TYPEDEF) {
      // a typedef of an array is no C without the element
      const target = resolved(btf, id);
      if (defined[id] === 0) {
        if (btf.kind(target) === BTF_KIND.ARRAY) needComplete(target);
        needName(btf.sizeOrType(id));
      }
      return defineOnce(id);
    }
    if (kind === BTF_KIND.ARRAY) return needComplete(btf.word(id, 0));
    if (kind === BTF_KIND.FWD) return declare(id);
    if (isComposite(kind)) {
      if (btf.nameOffset(id) === 0) needMembers(id);
      else declare(id);
    } else if (isEnum(kind)) {
      if (btf.nameOffset(id) !== 0) defineOnce(id);
    } else if (kind === BTF_KIND.FUNC_PROTO) {
      needName(btf.sizeOrType(id));
      for (let i = 0; i < btf.vlen(id); i++) needName(btf.word(id, i * 2 + 1));
    }
  }

  function defineOnce(id: number): void {
    if (defined[id] === 0) {
      defined[id] = 1;
      definitions.push(id);
    }
  }

  function follow(id: number): void {
    let pointers = 0;
    for (;;) {
      const kind = btf.kind(id);
      if (kind === BTF_KIND.ARRAY) id = btf.word(id, 0);
      else if (kind === BTF_KIND.PTR) pointers++, id = btf.sizeOrType(id);
      else if (isPassThrough(kind) || kind === BTF_KIND.TYPEDEF) id = btf.sizeOrType(id);
      else break;
    }
    if (pointers === 0 || !isComposite(btf.kind(id)) || defined[id] !== 0) return;
    // whoever defines the tag says what the pointer leads to
    if (!wish.definedTags.has(btf.name(id))) followed.push(id);
  }

  const seeds: number[] = [];
  const tagged = new Map<number, number[]>();
  const typedefsSeen = new Set<number>();
  for (let id = 1; id < btf.count; id++) {
    const kind = btf.kind(id);
    const nameOffset = btf.nameOffset(id);
    if (kind === BTF_KIND.TYPEDEF) {
      const name = btf.nameOffset(id);
      if (typedefsSeen.has(name)) continue;
      typedefsSeen.add(name);
      if (
        btf.kind(resolved(btf, id)) === BTF_KIND.INT && !wish.definedOrdinary.has(btf.text(name))
      ) {
        scalars.push(id);
      } else if (isTypedef[nameOffset] === 1 && !wish.definedOrdinary.has(btf.text(name))) {
        seeds.push(id);
      }
    } else if (isComposite(kind)) {
      if (isTag[nameOffset] === 1) {
        const same = tagged.get(nameOffset);
        if (same === undefined) tagged.set(nameOffset, [id]);
        else same.push(id);
      }
    } else if (isEnum(kind)) {
      if (isTag[nameOffset] === 1 || namesEnumerator(btf, id, isUsed, wish.definedOrdinary)) {
        seeds.push(id);
      }
    }
  }
  for (const id of inOrder(btf, scalars)) defined[id] = 1, definitions.push(id);
  const orderedScalars = definitions.splice(0);
  for (const same of tagged.values()) needComplete(bestOf(btf, same, isUsed));
  for (const id of seeds) {
    if (btf.kind(id) === BTF_KIND.TYPEDEF) {
      needComplete(id);
      follow(id);
    } else {
      defineOnce(id);
    }
  }
  for (let id = followed.pop(); id !== undefined; id = followed.pop()) needComplete(id);
  return { scalars: orderedScalars, definitions, declarations };
}

/** For each offset of the string section: is it one of the names? */
function flags(btf: Btf, names: ReadonlySet<string>): Uint8Array {
  const flagged = new Uint8Array(btf.stringBytes);
  for (const offset of btf.findNames(names).values()) flagged[offset] = 1;
  return flagged;
}

function namesEnumerator(
  btf: Btf,
  id: number,
  isUsed: Uint8Array,
  definedElsewhere: ReadonlySet<string>,
): boolean {
  const words = btf.kind(id) === BTF_KIND.ENUM64 ? 3 : 2;
  for (let i = 0; i < btf.vlen(id); i++) {
    const name = btf.word(id, i * words);
    if (isUsed[name] === 1 && !definedElsewhere.has(btf.text(name))) return true;
  }
  return false;
}

/** Different types can have one name in different files of the kernel: the one whose members are named. */
function bestOf(btf: Btf, ids: readonly number[], isUsed: Uint8Array): number {
  let best = ids[0];
  let bestHits = -1;
  for (const id of ids) {
    let hits = 0;
    for (let i = 0; i < btf.vlen(id); i++) hits += isUsed[btf.word(id, i * 3)];
    if (hits > bestHits) [best, bestHits] = [id, hits];
  }
  return best;
}

/** Typedefs after the typedefs that they are made of. */
function inOrder(btf: Btf, typedefs: readonly number[]): number[] {
  const wanted = new Set(typedefs);
  const ordered = new Set<number>();
  const add = (id: number): void => {
    const kind = btf.kind(id);
    if (kind !== BTF_KIND.TYPEDEF && !isPassThrough(kind)) return;
    add(btf.sizeOrType(id));
    if (kind === BTF_KIND.TYPEDEF) ordered.add(id);
  };
  for (const id of wanted) add(id);
  return [...ordered];
}
