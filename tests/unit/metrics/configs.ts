/** Metric configs, tables and contexts for tests. */

import type {
  CounterConfig,
  DecoderConfig,
  HistogramConfig,
  LabelConfig,
} from "../../../src/config/config.ts";
import type { DecoderContext } from "../../../src/decoders/decoder.ts";
import { TextBuffer } from "../../../src/exposition/text_buffer.ts";
import type { TextFormat } from "../../../src/exposition/text_format.ts";
import type { ScrapePlan } from "../../../src/metrics/scrape_plan.ts";
import { parseTableLayout } from "../../../src/tables/table_layout.ts";
import { openTableReader, type TableReader } from "../../../src/tables/table_reader.ts";
import type { FakeMap } from "../tables/fake_map.ts";

export const place = { file: "test.yaml", line: 1, column: 1 };

export type DecoderSpec = string | Partial<DecoderConfig> & { name: string };
/** `[name, decoders…]`, or with the sizes of the newer dialect. */
export type LabelSpec = [name: string, ...decoders: DecoderSpec[]] | {
  name: string;
  size: number;
  padding?: number;
  decoders: DecoderSpec[];
};

export function decoder(spec: DecoderSpec): DecoderConfig {
  return typeof spec === "string" ? { name: spec, place } : { place, ...spec };
}

function label(spec: LabelSpec): LabelConfig {
  if (!Array.isArray(spec)) return { ...spec, decoders: spec.decoders.map(decoder), place };
  const [name, ...decoders] = spec;
  return { name, decoders: decoders.map(decoder), place };
}

export function counter(
  name: string,
  labels: LabelSpec[],
  more: Partial<CounterConfig> = {},
): CounterConfig {
  return {
    kind: "counter",
    name,
    help: `Help of ${name}`,
    table: "counts",
    labels: labels.map(label),
    place,
    tablePlace: place,
    labelsPlace: { ...place, line: 7 },
    ...more,
  };
}

export function histogram(
  name: string,
  labels: LabelSpec[],
  more: Partial<HistogramConfig> = {},
): HistogramConfig {
  const { kind: _, ...common } = counter(name, labels);
  return {
    ...common,
    kind: "histogram",
    bucketType: "exp2",
    bucketMultiplier: 1,
    bucketMin: 0,
    bucketMax: 4,
    ...more,
  };
}

export const U64 = '"unsigned long long"';

export function reader(map: FakeMap, keyDescription: string, leaf = U64): TableReader {
  return openTableReader(
    map,
    parseTableLayout(keyDescription, leaf, map.keySize, map.leafSize),
  );
}

export function symbols(
  names: Record<string, string> = {},
): DecoderContext & { names: Map<bigint, string>; moved: number } {
  const context = {
    names: new Map(Object.entries(names).map(([address, name]) => [BigInt(address), name])),
    moved: 0,
    kernelSymbols: {
      resolve: (address: bigint) => context.names.get(address),
      generation: () => context.moved,
    },
  };
  return context;
}

/** Everything that the plan has to say, as one text. */
export function textOf(plan: ScrapePlan, format: TextFormat = "text"): string {
  const text = new TextBuffer();
  plan.familyNames.forEach((_, index) => plan.writeFamily(index, text, format));
  return text.toString();
}

export function bytes(...parts: (string | number | number[])[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === "string"
        ? [...new TextEncoder().encode(part)]
        : typeof part === "number"
        ? new Array(part).fill(0)
        : part
    ),
  );
}
