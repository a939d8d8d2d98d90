import assert from "node:assert/strict";
import { openKernelSymbols } from "../../../src/kernel/kallsyms.ts";
import { findNearFunctions } from "../../../src/kernel/near_functions.ts";
import { readSymbolAddresses } from "../../../src/kernel/symbol_addresses.ts";

/** Runs `test` on a kallsyms file with these lines. */
function withFile(text: string, test: (path: string) => void): void {
  const path = Deno.makeTempFileSync();
  try {
    Deno.writeTextFileSync(path, text);
    test(path);
  } finally {
    Deno.removeSync(path);
  }
}

// The vector of the newest peer's test, where only exact addresses resolve.
const PIPE = `ffffffeb19d90828 d pipe_data
ffffffeb19d90830 T pipe_lock
ffffffeb19d90870 T pipe_unlock
ffffffeb19d908b0 D after_text
`;

Deno.test("an address inside a function resolves to it", () =>
  withFile(PIPE, (path) => {
    const symbols = openKernelSymbols(path);
    assert.equal(symbols.resolve(0xffffffeb19d90830n), "pipe_lock");
    assert.equal(symbols.resolve(0xffffffeb19d90831n), "pipe_lock", "one past the first byte");
    assert.equal(symbols.resolve(0xffffffeb19d9086fn), "pipe_lock");
    assert.equal(symbols.resolve(0xffffffeb19d90870n), "pipe_unlock");
  }));

Deno.test("data, addresses below and far above are no functions", () =>
  withFile(PIPE, (path) => {
    const symbols = openKernelSymbols(path);
    assert.equal(symbols.resolve(0xffffffeb19d90828n), undefined, "data");
    assert.equal(symbols.resolve(0xffffffeb19d908b4n), undefined, "data after the text");
    assert.equal(symbols.resolve(0x1000n), undefined, "below");
    assert.equal(symbols.resolve(2n ** 64n - 1n), undefined, "above");
    assert.equal(symbols.resolve(0n), undefined);
  }));

Deno.test("a module's functions resolve wherever its lines stand, without the module's name", () =>
  withFile(
    "ffffffff81000000 T _text\nffffffff81000100 t core\nffffffffc0000010 t mod_b\t[m]\nffffffffa0000000 t mod_a\t[m]\n",
    (path) => {
      const symbols = openKernelSymbols(path);
      assert.equal(symbols.resolve(0xffffffffa0000004n), "mod_a", "below the line before it");
      assert.equal(symbols.resolve(0xffffffffc0000014n), "mod_b");
      assert.equal(symbols.resolve(0xffffffff81000104n), "core");
      assert.equal(symbols.resolve(0xffffffffb0000000n), undefined, "nothing is near");
    },
  ));

Deno.test("of several names for an address the first function wins", () =>
  withFile(
    "ffffffff81000000 D data\nffffffff81000000 T first\nffffffff81000000 T second\n",
    (path) => assert.equal(openKernelSymbols(path).resolve(0xffffffff81000000n), "first"),
  ));

Deno.test("hidden addresses resolve to nothing", () =>
  withFile("0000000000000000 T a\n0000000000000000 T b\n", (path) => {
    assert.equal(openKernelSymbols(path).resolve(0x10n), undefined);
    assert.equal(readSymbolAddresses(new Set(["a"]), path).size, 0);
  }));

Deno.test("an empty file and a last line without a break are read", () => {
  withFile("", (path) => assert.equal(openKernelSymbols(path).resolve(1n), undefined));
  withFile("ffffffff81000000 T a\nffffffff81000010 T b", (path) => {
    assert.equal(openKernelSymbols(path).resolve(0xffffffff81000012n), "b");
  });
});

Deno.test("the generation moves when a module is loaded, not when it is used", () =>
  withFile(PIPE, (path) =>
    withFile("ext4 1 2 - Live 0xffffffffc0000000\n", (modules) => {
      let now = 0;
      const symbols = openKernelSymbols(path, modules, () => now);
      const first = symbols.generation();
      Deno.writeTextFileSync(modules, "ext4 1 9 xfs, Live 0xffffffffc0000000\n");
      now += 2_000;
      assert.equal(symbols.generation(), first, "a reference count");
      Deno.writeTextFileSync(modules, "ext4 1 2 - Live 0xffffffffc0000000\nnvme 3 0 - Live 0x1\n");
      assert.equal(symbols.generation(), first, "not looked at again within a second");
      now += 2_000;
      assert.notEqual(symbols.generation(), first);
    })));

Deno.test("addresses of names, modules included", () =>
  withFile("ffffffff81000000 T a\nffffffffc0000000 t b\t[m]\n", (path) => {
    assert.deepEqual(
      readSymbolAddresses(new Set(["a", "b", "c"]), path),
      new Map([["a", 0xffffffff81000000n], ["b", 0xffffffffc0000000n]]),
    );
  }));

Deno.test("near names: split-off parts first, then other underscores, then longer names", () =>
  withFile(
    [
      "blk_account_io_done.part.0",
      "__blk_account_io_done",
      "my_blk_account_io_done_x",
      "blk_account_io_start",
      "__pfx_blk_account_io_done",
      "unrelated",
    ].map((name, index) => `ffffffff8100${index}000 t ${name}\n`).join(""),
    (path) => {
      const { exists, near } = findNearFunctions("blk_account_io_done", path);
      assert.equal(exists, false);
      assert.deepEqual(near, [
        "blk_account_io_done.part.0",
        "__blk_account_io_done",
        "my_blk_account_io_done_x",
        "blk_account_io_start",
      ]);
    },
  ));
