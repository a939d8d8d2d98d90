import assert from "node:assert/strict";
import fc from "fast-check";
import { createScrapeQueue } from "../../../src/http/scrape_queue.ts";

/** A scrape whose runs end when the test says so. */
function controlled() {
  const runs: { format: string; end: (result: string) => void; fail: (error: Error) => void }[] =
    [];
  const scrape = (format: string) =>
    new Promise<string>((resolve, reject) => runs.push({ format, end: resolve, fail: reject }));
  return { runs, scrape: createScrapeQueue(scrape) };
}

/** Lets everything that is ready to run do so. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

Deno.test("scrape queue: requests before the run begins share it", async () => {
  const { runs, scrape } = controlled();
  const first = scrape("text");
  const second = scrape("text");
  await settle();
  assert.equal(runs.length, 1);
  runs[0].end("a");
  assert.deepEqual(await Promise.all([first, second]), ["a", "a"]);
});

Deno.test("scrape queue: requests during a run share the next, which waits for it", async () => {
  const { runs, scrape } = controlled();
  const first = scrape("text");
  await settle();
  const late = [scrape("text"), scrape("text"), scrape("text")];
  await settle();
  assert.equal(runs.length, 1);
  runs[0].end("a");
  await settle();
  assert.equal(runs.length, 2);
  runs[1].end("b");
  assert.deepEqual(await Promise.all([first, ...late]), ["a", "b", "b", "b"]);
  assert.equal(runs.length, 2);
});

Deno.test("scrape queue: formats do not share a result nor run at once", async () => {
  const { runs, scrape } = controlled();
  const results = Promise.all([scrape("text"), scrape("openmetrics"), scrape("text")]);
  await settle();
  assert.deepEqual(runs.map(({ format }) => format), ["text"]);
  runs[0].end("t");
  await settle();
  assert.deepEqual(runs.map(({ format }) => format), ["text", "openmetrics"]);
  runs[1].end("o");
  assert.deepEqual(await results, ["t", "o", "t"]);
});

Deno.test("scrape queue: a failure is of those who joined it alone", async () => {
  const { runs, scrape } = controlled();
  const joined = [scrape("text"), scrape("text")];
  await settle();
  const next = scrape("text");
  runs[0].fail(new Error("broken"));
  for (const one of joined) await assert.rejects(one, /broken/);
  await settle();
  runs[1].end("b");
  assert.equal(await next, "b");
});

Deno.test("scrape queue: a scrape that throws at once is a failure like others", async () => {
  const scrape = createScrapeQueue((_: string): Promise<string> => {
    throw new Error("at once");
  });
  await assert.rejects(scrape("text"), /at once/);
  await assert.rejects(scrape("text"), /at once/);
});

Deno.test("scrape queue: never two runs at once, never a result older than its request", async () => {
  const steps = fc.array(
    fc.oneof(fc.constantFrom("text", "openmetrics"), fc.constantFrom("end", "fail")),
    { maxLength: 60 },
  );
  await fc.assert(fc.asyncProperty(steps, async (sequence) => {
    let clock = 0;
    let active: { resolve(begun: number): void; reject(error: Error): void } | undefined;
    let begun = 0;
    const scrape = createScrapeQueue((_: string) => {
      assert.equal(active, undefined, "two runs at once");
      begun = ++clock;
      return new Promise<number>((resolve, reject) => active = { resolve, reject });
    });
    const finish = async (fails: boolean) => {
      const run = active;
      active = undefined;
      if (fails) run?.reject(new Error("failed"));
      else run?.resolve(begun);
      await settle();
    };
    const requests: Promise<void>[] = [];
    for (const step of sequence) {
      if (step === "end" || step === "fail") await finish(step === "fail");
      else {
        const asked = ++clock;
        requests.push(
          scrape(step).then((at) => assert.ok(at > asked, `begun ${at}, asked ${asked}`), () => {}),
        );
        if (clock % 3 === 0) await settle();
      }
    }
    await settle();
    while (active !== undefined) await finish(false);
    await Promise.all(requests);
  }));
});
