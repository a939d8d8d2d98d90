/** From a key's bytes to the texts of its labels; it must know nothing of series. */

import { type DecodeNotes, type DecoderInput, inputText } from "../decoders/decoder.ts";
import type { PlannedLabel } from "./label_plan.ts";

/** Why a row is left out, and by which decoder of which label. */
export class LabelError extends Error {
  constructor(readonly label: string, readonly decoder: string, message: string) {
    super(message);
    this.name = "LabelError";
  }
}

/**
 * The labels' texts in the plan's order, or undefined if a decoder drops the row. `key` is borrowed for
 * the call. Throws `LabelError`.
 */
export function decodeLabels(
  labels: readonly PlannedLabel[],
  key: Uint8Array,
  notes: DecodeNotes,
): string[] | undefined {
  const texts: string[] = [];
  for (const label of labels) {
    const text = decodeLabel(label, key, notes);
    if (text === undefined) return undefined;
    texts.push(text);
  }
  return texts;
}

function decodeLabel(
  label: PlannedLabel,
  key: Uint8Array,
  notes: DecodeNotes,
): string | undefined {
  let value: DecoderInput = { type: label.type, bytes: key, offset: label.offset };
  for (const decoder of label.chain) {
    try {
      const text = decoder.decode(value, notes);
      if (text === undefined) return undefined;
      value = text;
    } catch (error) {
      // Whatever a decoder throws costs its own row, never the table's others.
      throw new LabelError(label.name, decoder.name, (error as Error).message);
    }
  }
  return inputText(value);
}
