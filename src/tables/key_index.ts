/** A set of keys of one size with a number for each; it must know nothing of what the keys mean. */

const INITIAL_KEYS = 64;

/** Keys as words where their size allows it, which hash and compare four bytes at a time. */
export type KeyUnits = Uint32Array | Uint8Array;

/** Units of one key of `keySize` bytes, as `keyUnits` views them. */
export function unitsPerKey(keySize: number): number {
  return keySize % 4 === 0 ? keySize / 4 : keySize;
}

/** A view of a buffer of keys for `KeyIndex`; the buffer starts on a word. */
export function keyUnits(keys: Uint8Array, keySize: number): KeyUnits {
  return keySize % 4 === 0
    ? new Uint32Array(keys.buffer, keys.byteOffset, keys.byteLength >>> 2)
    : keys;
}

/** Open addressing over the keys' own bytes: numbers are 0, 1, 2 … in the order of adding. */
export class KeyIndex {
  /** Number of keys. */
  count = 0;
  /** All keys one after another, in the order of their numbers. */
  units: KeyUnits;
  readonly #perKey: number;
  /** Number of the key + 1; 0: free. At most half full. */
  #slots: Int32Array;
  /** Keys are chosen by whatever runs on the host: nobody shall be able to choose colliding ones. */
  readonly #seed = crypto.getRandomValues(new Uint32Array(1))[0];

  constructor(readonly keySize: number) {
    this.#perKey = unitsPerKey(keySize);
    this.units = this.#allocate(INITIAL_KEYS);
    this.#slots = new Int32Array(INITIAL_KEYS * 2);
  }

  /** Whether key `number` is the one at `source[at…]`. */
  equals(number: number, source: KeyUnits, at: number): boolean {
    const units = this.units;
    const perKey = this.#perKey;
    const own = number * perKey;
    for (let i = 0; i < perKey; i++) if (units[own + i] !== source[at + i]) return false;
    return true;
  }

  /** Number of the key at `source[at…]`, or -1. */
  find(source: KeyUnits, at: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = this.#hash(source, at) & mask;; slot = (slot + 1) & mask) {
      const number = this.#slots[slot] - 1;
      if (number < 0 || this.equals(number, source, at)) return number;
    }
  }

  /** Adds the key at `source[at…]`, which must not be there yet, and returns its number. */
  add(source: KeyUnits, at: number): number {
    const perKey = this.#perKey;
    if (this.count * 2 >= this.#slots.length) this.#rebuild(this.count * 2);
    const number = this.count++;
    const own = number * perKey;
    for (let i = 0; i < perKey; i++) this.units[own + i] = source[at + i];
    this.#place(number);
    return number;
  }

  /** Keeps only the keys whose number is in `numbers` (ascending); they are numbered anew in that order. */
  keep(numbers: Int32Array): void {
    const perKey = this.#perKey;
    numbers.forEach((number, index) => {
      this.units.copyWithin(index * perKey, number * perKey, (number + 1) * perKey);
    });
    this.count = numbers.length;
    this.#rebuild(Math.max(INITIAL_KEYS, this.count + (this.count >> 2)));
  }

  /** Forgets all keys and gives their memory back. */
  clear(): void {
    this.keep(new Int32Array(0));
  }

  #allocate(capacity: number): KeyUnits {
    const bytes = new Uint8Array(capacity * this.keySize);
    return keyUnits(bytes, this.keySize);
  }

  #rebuild(capacity: number): void {
    const units = this.#allocate(capacity);
    units.set(this.units.subarray(0, this.count * this.#perKey));
    this.units = units;
    let slots = INITIAL_KEYS * 2;
    while (slots < capacity * 2) slots *= 2;
    this.#slots = new Int32Array(slots);
    for (let number = 0; number < this.count; number++) this.#place(number);
  }

  #place(number: number): void {
    const mask = this.#slots.length - 1;
    let slot = this.#hash(this.units, number * this.#perKey) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = number + 1;
  }

  #hash(source: KeyUnits, at: number): number {
    let hash = this.#seed;
    for (let i = 0; i < this.#perKey; i++) {
      hash = Math.imul(hash ^ source[at + i], 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash ^ (hash >>> 13), 0x85ebca6b);
    return hash ^ (hash >>> 16);
  }
}
