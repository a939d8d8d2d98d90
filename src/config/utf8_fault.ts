/** Finds the first byte that is not UTF-8; it must not know whose bytes these are. */

/**
 * Index of the first byte of the first sequence that is not well-formed UTF-8 (Unicode 16, table 3-7:
 * no overlong forms, no surrogates, nothing above U+10FFFF), or -1.
 */
export function findUtf8Fault(bytes: Uint8Array): number {
  let i = 0;
  while (i < bytes.length) {
    const first = bytes[i];
    if (first < 0x80) {
      i++;
      continue;
    }
    const length = first >= 0xc2 && first <= 0xdf
      ? 2
      : first >= 0xe0 && first <= 0xef
      ? 3
      : first >= 0xf0 && first <= 0xf4
      ? 4
      : 0;
    if (length === 0 || i + length > bytes.length) return i;
    const second = bytes[i + 1];
    const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
    const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
    if (second < low || second > high) return i;
    for (let j = 2; j < length; j++) if ((bytes[i + j] & 0xc0) !== 0x80) return i;
    i += length;
  }
  return -1;
}
