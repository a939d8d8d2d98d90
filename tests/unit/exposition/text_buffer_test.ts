import assert from "node:assert/strict";
import fc from "fast-check";
import { TextBuffer } from "../../../src/exposition/text_buffer.ts";

Deno.test("text of any kind comes out as TextEncoder writes it", () => {
  fc.assert(fc.property(fc.array(fc.string({ unit: "binary", maxLength: 400 })), (texts) => {
    const buffer = new TextBuffer();
    for (const text of texts) buffer.writeText(text);
    const expected = texts.map((text) => [...new TextEncoder().encode(text)]).flat();
    assert.deepEqual([...buffer.written()], expected);
  }));
});

Deno.test("a lone surrogate becomes U+FFFD", () => {
  const buffer = new TextBuffer();
  buffer.writeText("a\ud800b");
  assert.equal(buffer.toString(), "a\ufffdb");
});

Deno.test("ranges of bytes are appended, short and long", () => {
  const source = Uint8Array.from({ length: 50_000 }, (_, i) => i % 251);
  const buffer = new TextBuffer();
  buffer.writeBytes(source, 3, 7);
  buffer.writeBytes(source);
  buffer.writeByte(255);
  assert.deepEqual(buffer.written(), Uint8Array.from([...source.subarray(3, 7), ...source, 255]));
});

Deno.test("what was written is handed out without a copy", () => {
  const buffer = new TextBuffer();
  buffer.writeText("first");
  const written = buffer.written();
  assert.equal(new TextDecoder().decode(written), "first");
  assert.equal(written.buffer, buffer.bytes.buffer);
});

Deno.test("memory of one huge use is given back after some small ones", () => {
  const buffer = new TextBuffer();
  buffer.writeBytes(new Uint8Array(4_000_000));
  for (let use = 0; use < 20; use++) {
    buffer.reset();
    buffer.writeText("small");
  }
  assert.ok(buffer.bytes.length < 100_000, `${buffer.bytes.length} bytes are kept`);
});

Deno.test("memory that every use needs is kept", () => {
  const buffer = new TextBuffer();
  for (let use = 0; use < 20; use++) {
    buffer.reset();
    buffer.writeBytes(new Uint8Array(1_000_000));
  }
  const kept = buffer.bytes;
  for (let use = 0; use < 20; use++) {
    buffer.reset();
    buffer.writeBytes(new Uint8Array(1_000_000));
  }
  assert.equal(buffer.bytes, kept);
});
