/** What is measured of exporters that run side by side, and in which order. It knows no flags and no layout of results. */

import { triggerEvents } from "./fixture.ts";
import { type Memory, readCpuMs, readMemory } from "./process_usage.ts";
import { scrape } from "./scrape.ts";
import { type Spread, spreadOf } from "./spread.ts";
import { startSubject, type Subject, type SubjectCommand } from "./subject.ts";

export interface MeasureOptions {
  readonly configFile: string;
  readonly keys: number;
  /** Scrapes of each exporter that count. */
  readonly scrapes: number;
  readonly gzip: boolean;
  /** Told what is being done. */
  onProgress(what: string): void;
}

/** What one exporter took. */
export interface Measurement {
  readonly name: string;
  readonly startMs: number;
  readonly scrapeMs: Spread;
  readonly cpuMsPerScrape: number;
  /** Of one answer, headers included. */
  readonly sizeBytes: number;
  /** Loaded, with an empty table, scraped for the first time. */
  readonly restMemory: Memory;
  /** After all scrapes. */
  readonly scrapedMemory: Memory;
}

/** The first scrapes meet cold code and new keys; Prometheus scrapes for months. */
const WARM_UP_SCRAPES = 10;
/** After so long without a request memory is at rest. */
const SETTLE_MS = 3000;

const settle = () => new Promise((resolve) => setTimeout(resolve, SETTLE_MS));

/**
 * Measures all exporters in one run: each event reaches all of their programs, and scrapes take turns, so whatever
 * else the machine does meets all of them.
 */
export async function measure(
  commands: readonly SubjectCommand[],
  options: MeasureOptions,
): Promise<Measurement[]> {
  const { configFile, keys, scrapes, gzip, onProgress } = options;
  const subjects: Subject[] = [];
  try {
    for (const command of commands) {
      onProgress(`${keys} keys: starting ${command.name}`);
      subjects.push(await startSubject(command, configFile));
    }
    onProgress(`${keys} keys: waiting for memory to settle`);
    await settle();
    const restMemories = subjects.map(({ pid }) => readMemory(pid));
    triggerEvents(keys, keys);
    for (const subject of subjects) await subject.checkKeys(keys);

    const scrapeMs = subjects.map((): number[] => []);
    const sizes = subjects.map(() => 0);
    const cpuMs = subjects.map(() => 0);
    for (let round = -WARM_UP_SCRAPES; round < scrapes; round++) {
      onProgress(`${keys} keys: scrape ${Math.max(0, round + 1)} of ${scrapes}`);
      if (round === 0) subjects.forEach(({ pid }, index) => cpuMs[index] = readCpuMs(pid));
      // Between two scrapes of a host values change and, most often, keys do not.
      triggerEvents(keys >> 3, keys);
      for (let turn = 0; turn < subjects.length; turn++) {
        const index = (turn + round + WARM_UP_SCRAPES) % subjects.length;
        const { ms, sizeBytes } = await scrape(subjects[index].port, gzip);
        sizes[index] = sizeBytes;
        if (round >= 0) scrapeMs[index].push(ms);
      }
    }
    onProgress(`${keys} keys: waiting for memory to settle`);
    await settle();
    return subjects.map(({ name, pid, startMs }, index) => ({
      name,
      startMs,
      scrapeMs: spreadOf(scrapeMs[index]),
      cpuMsPerScrape: (readCpuMs(pid) - cpuMs[index]) / scrapes,
      sizeBytes: sizes[index],
      restMemory: restMemories[index],
      scrapedMemory: readMemory(pid),
    }));
  } finally {
    for (const subject of subjects) await subject.stop();
  }
}
