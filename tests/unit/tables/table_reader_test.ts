import assert from "node:assert/strict";
import fc from "fast-check";
import { openTableReader, type TableReader } from "../../../src/tables/table_reader.ts";
import type { TableRows } from "../../../src/tables/table_rows.ts";
import { parseTableLayout } from "../../../src/tables/table_layout.ts";
import {
  ARRAY,
  type FakeMap,
  type FakeMapOptions,
  HASH,
  integerBytes,
  LRU_HASH,
  LRU_PERCPU_HASH,
  openFakeMap,
  PERCPU_ARRAY,
  PERCPU_HASH,
} from "./fake_map.ts";

const KEY = '"unsigned int"';
const NO_BATCH = [22, 524, 95];

function open(map: FakeMap, leaf = '"unsigned long long"'): TableReader {
  return openTableReader(map, parseTableLayout(KEY, leaf, map.keySize, map.leafSize));
}

function filled(count: number, options: FakeMapOptions = {}): FakeMap {
  const map = openFakeMap(options);
  for (let i = 0; i < count; i++) map.set(integerBytes(i, 4), i * 3);
  return map;
}

/** Keys and values as the reader gives them; a key that comes twice fails. */
function contents(rows: TableRows): Map<number, bigint> {
  const found = new Map<number, bigint>();
  const keys = new DataView(rows.keys.buffer, rows.keys.byteOffset);
  for (let row = 0; row < rows.count; row++) {
    const key = keys.getUint32(row * rows.keyStride, true);
    assert.ok(!found.has(key), `key ${key} came twice`);
    found.set(key, BigInt(rows.values[row * 2 + 1]) << 32n | BigInt(rows.values[row * 2]));
  }
  return found;
}

function expected(count: number): Map<number, bigint> {
  return new Map(Array.from({ length: count }, (_, i) => [i, BigInt(i * 3)]));
}

for (const type of [HASH, LRU_HASH, ARRAY]) {
  for (const batchErrno of [0, ...NO_BATCH]) {
    Deno.test(`map type ${type} is read whole, batch errno ${batchErrno}`, async () => {
      for (const count of [0, 1, 64, 65, 1100]) {
        const map = filled(count, { type, batchErrno });
        const reader = open(map);
        for (let again = 0; again < 2; again++) {
          assert.deepEqual(contents(await reader.read()), expected(count));
        }
        assert.equal(map.calls.next > 0, batchErrno !== 0);
        if (batchErrno !== 0) assert.equal(map.calls.batch, 1, "it asks for batches only once");
      }
    });
  }
}

for (const type of [PERCPU_HASH, PERCPU_ARRAY, LRU_PERCPU_HASH]) {
  for (const [leaf, leafSize] of [['"unsigned long long"', 8], ['"unsigned int"', 4]] as const) {
    Deno.test(`map type ${type} with leaves of ${leafSize} bytes is added up over CPUs`, async () => {
      for (const batchErrno of [0, 524]) {
        const map = openFakeMap({ type, possibleCpus: 3, leafSize, batchErrno });
        map.set(integerBytes(1, 4), 5, 7, 11).set(integerBytes(2, 4), 0, 0xffffffff, 2);
        const found = contents(await open(map, leaf).read());
        assert.deepEqual(found, new Map([[1, 23n], [2, 0x100000001n]]));
      }
    });
  }
}

Deno.test("leaves of every width and sign are extended to 64 bits", async () => {
  const cases = [
    ['"unsigned char"', 1, 0xff, 0xffn],
    ['"char"', 1, -2, 2n ** 64n - 2n],
    ['"unsigned short"', 2, 0xffff, 0xffffn],
    ['"short"', 2, -3, 2n ** 64n - 3n],
    ['"unsigned int"', 4, 0xffffffff, 0xffffffffn],
    ['"int"', 4, -4, 2n ** 64n - 4n],
    ['"unsigned long long"', 8, 2n ** 64n - 1n, 2n ** 64n - 1n],
    ['"long long"', 8, -5, 2n ** 64n - 5n],
    ['"unsigned __int128"', 16, 2n ** 63n + 1n, 2n ** 63n + 1n],
    ['"_Bool"', 1, 1, 1n],
  ] as const;
  for (const [leaf, leafSize, value, bits] of cases) {
    const reader = open(openFakeMap({ leafSize }).set(integerBytes(1, 4), value), leaf);
    assert.equal(contents(await reader.read()).get(1), bits, leaf);
    assert.equal(reader.signed, BigInt(value) < 0n, leaf);
  }
});

Deno.test("per-CPU negative leaves are added with their sign", async () => {
  const map = openFakeMap({ type: PERCPU_HASH, possibleCpus: 3, leafSize: 4 });
  map.set(integerBytes(1, 4), -5, 3, 1);
  assert.equal(contents(await open(map, '"int"').read()).get(1), 2n ** 64n - 1n);
});

Deno.test("a leaf that is no integer and a map type without keys are refused with what they are", () => {
  const layout = (leaf: string, size: number) => parseTableLayout(KEY, leaf, 4, size);
  const struct = '["v", [["n","unsigned int"], ["s","unsigned int"]], "struct_packed"]';
  assert.throws(
    () => openTableReader(openFakeMap({ leafSize: 8 }), layout(struct, 8)),
    /leaf of table "counts" is \{ n u32, s u32 \}, expected an integer/,
  );
  assert.throws(
    () => openTableReader(openFakeMap({ leafSize: 32 }), layout('"unsigned long long"', 32)),
    /u64\[4\]/,
  );
  assert.throws(
    () => openTableReader(openFakeMap({ type: 4 }), layout('"int"', 4)),
    /map type 4, expected one of hash, array/,
  );
});

Deno.test("a bucket that does not fit makes the chunk grow", async () => {
  const map = filled(5000, { bucketSize: 2500, maxEntries: 5000 });
  const reader = open(map);
  assert.deepEqual(contents(await reader.read()), expected(5000));
  const calls = map.calls.batch;
  await reader.read();
  assert.ok(map.calls.batch - calls <= 3, "the size that was learnt is kept");
});

Deno.test("an interrupted batch is asked for again", async () => {
  let interrupts = 0;
  const map = filled(3000, { before: (call) => call === "batch" && interrupts++ % 3 < 2 ? 4 : 0 });
  assert.deepEqual(contents(await open(map).read()), expected(3000));
});

Deno.test("rows of a batch that was interrupted after them count, none comes twice", async () => {
  const map = filled(3000, { interrupted: true });
  assert.deepEqual(contents(await open(map).read()), expected(3000));
});

Deno.test("interrupts without end are an error and not a hang", async () => {
  const map = filled(10, { before: () => 4 });
  await assert.rejects(open(map).read(), /BPF_MAP_LOOKUP_BATCH gave EINTR \(4\)/);
});

Deno.test("an errno is an error with table, command and number; the next read works again", async () => {
  for (
    const [errno, text] of [[14, "EFAULT (14)"], [12, "ENOMEM (12)"], [
      999,
      "errno 999 (999)",
    ]] as const
  ) {
    let broken = true;
    const map = filled(10, { before: () => broken ? errno : 0 });
    const reader = open(map);
    await assert.rejects(reader.read(), (error: Error) => {
      return error.message.includes('table "counts"') && error.message.includes(text);
    });
    broken = false;
    assert.deepEqual(contents(await reader.read()), expected(10));
  }
});

Deno.test("EINVAL in the middle of a read is no reason to read another way", async () => {
  const map = filled(5000, {
    before: (call, own) => call === "batch" && own.calls.batch === 2 ? 22 : 0,
  });
  await assert.rejects(open(map).read(), /EINVAL/);
});

Deno.test("a walk meets errors as errors", async () => {
  for (const failing of ["next", "lookup"] as const) {
    const map = filled(10, { batchErrno: 22, before: (call) => call === failing ? 1 : 0 });
    await assert.rejects(open(map).read(), /gave EPERM \(1\)/);
  }
});

Deno.test("keys deleted while they are walked bring no row twice and lose no other", async () => {
  await fc.assert(fc.asyncProperty(
    fc.integer({ min: 1, max: 60 }),
    fc.array(fc.tuple(fc.nat(200), fc.nat(59)), { maxLength: 20 }),
    async (count, deletions) => {
      let calls = 0;
      const gone = new Set<number>();
      const map = filled(count, {
        batchErrno: 524,
        maxEntries: 60,
        before: (_, own) => {
          calls++;
          for (const [at, key] of deletions) {
            if (at === calls) {
              own.delete(integerBytes(key, 4));
              gone.add(key);
            }
          }
        },
      });
      const found = contents(await open(map).read());
      for (const [key, value] of expected(count)) {
        if (!gone.has(key)) assert.equal(found.get(key), value, `key ${key} is missing`);
      }
    },
  ));
});

Deno.test("a table that changes faster than it is walked comes to an end", async () => {
  const map = filled(8, {
    batchErrno: 524,
    maxEntries: 8,
    before: (call, own) => {
      const first = own.entries[0];
      if (call === "lookup") {
        own.delete(first.key);
        own.entries.push(first);
      }
    },
  });
  const rows = await open(map).read();
  assert.ok(rows.count <= 8);
  assert.ok(map.calls.next < 8 * 4 + 1100, `${map.calls.next} steps`);
});

Deno.test("buffers grow with a table and shrink after it", async () => {
  const map = filled(4000, { maxEntries: 100_000, bucketSize: 100 });
  const reader = open(map);
  const large = (await reader.read()).keys.length;
  map.entries = map.entries.slice(0, 10);
  for (let i = 0; i < 20; i++) await reader.read();
  const small = (await reader.read()).keys.length;
  assert.ok(large >= 16_000 && small < 1000, `${large} and then ${small} bytes`);
});

Deno.test("pages hold every row once, a few at a time, and disturb no read", async () => {
  for (const batchErrno of [0, 524]) {
    const map = filled(1200, { batchErrno, bucketSize: 4 });
    const reader = open(map);
    const whole = await reader.read();
    const found = new Map<number, bigint>();
    for await (const page of reader.pages()) {
      assert.ok(page.count <= 512);
      for (const [key, value] of contents(page)) {
        assert.ok(!found.has(key));
        found.set(key, value);
      }
    }
    assert.deepEqual(found, expected(1200));
    assert.deepEqual(contents(whole), expected(1200));
  }
});
