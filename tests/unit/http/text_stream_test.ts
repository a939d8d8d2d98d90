import assert from "node:assert/strict";
import { openTextStream } from "../../../src/http/text_stream.ts";

/** A source of `count` rows of 1000 characters that counts what was taken of it. */
function rows(count: number, failAt = Infinity) {
  const state = { taken: 0, ended: false };
  async function* source(): AsyncGenerator<string> {
    try {
      while (state.taken < count) {
        if (state.taken >= failAt) throw new Error("row lost");
        state.taken++;
        yield await Promise.resolve("x".repeat(999) + "\n");
      }
    } finally {
      state.ended = true;
    }
  }
  return { state, source: source() };
}

function listen() {
  const errors: unknown[] = [];
  const cut = new AbortController();
  return { errors, cut, options: { cutOff: cut.signal, onError: (e: unknown) => errors.push(e) } };
}

Deno.test("text stream: all of the text arrives, in chunks", async () => {
  const { source } = rows(1000);
  const { options, errors } = listen();
  const sizes: number[] = [];
  for await (const chunk of await openTextStream(source, options)) sizes.push(chunk.length);
  assert.equal(sizes.reduce((sum, size) => sum + size, 0), 1_000_000);
  assert.ok(sizes.length < 40, `${sizes.length} chunks`);
  assert.deepEqual(errors, []);
});

Deno.test("text stream: an empty source is an empty body", async () => {
  const { source } = rows(0);
  assert.equal(await new Response(await openTextStream(source, listen().options)).text(), "");
});

Deno.test("text stream: no more is read than the client takes", async () => {
  const { state, source } = rows(1_000_000);
  const reader = (await openTextStream(source, listen().options)).getReader();
  await reader.read();
  await reader.read();
  // Time for whatever would read ahead.
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
  assert.ok(state.taken <= 100, `${state.taken} rows taken`);
  await reader.cancel();
  assert.equal(state.ended, true);
});

Deno.test("text stream: a source that fails at once throws", async () => {
  const { source } = rows(10, 3);
  await assert.rejects(openTextStream(source, listen().options), /row lost/);
});

Deno.test("text stream: a source that fails later breaks the stream", async () => {
  const { source } = rows(1000, 500);
  const { options, errors } = listen();
  await assert.rejects(new Response(await openTextStream(source, options)).text(), /row lost/);
  assert.equal(errors.length, 1);
});

Deno.test("text stream: cutting off ends the source", async () => {
  const { state, source } = rows(1_000_000);
  const { options, cut, errors } = listen();
  const reader = (await openTextStream(source, options)).getReader();
  await reader.read();
  cut.abort();
  await assert.rejects(reader.read(), /stopping/);
  assert.equal(state.ended, true);
  assert.deepEqual(errors, []);
});
