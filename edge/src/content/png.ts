import { type ByteReader, Unusable } from './byte-reader.ts';
import type { Size } from './image-file.ts';

const SIGNATURE_BYTES = 8;
/** Length, name and checksum, around what a chunk holds. */
const AROUND_BYTES = 12;

/**
 * The size of a PNG image that is whole, still, and the whole of the file.
 * Source: W3C, "Portable Network Graphics (PNG) Specification", sections 5 and 11.
 */
export function readPng(file: ByteReader): Size {
  if (file.text(12, 4) !== 'IHDR' || file.u32(8) !== 13)
    throw new Unusable('It is a broken PNG: its header is missing.');
  const size = { width: file.u32(16), height: file.u32(20) };
  let hasPixels = false;
  for (let at = SIGNATURE_BYTES; ; ) {
    const name = file.text(at + 4, 4);
    const next = at + AROUND_BYTES + file.u32(at);
    file.needs(next);
    if (name === 'acTL') throw new Unusable('Animated images are not taken.');
    hasPixels ||= name === 'IDAT';
    if (name === 'IEND') {
      if (!hasPixels) throw new Unusable('It is a broken PNG: it has no pixels.');
      if (next < file.length) throw new Unusable('Something else follows the end of the image.');
      return size;
    }
    at = next;
  }
}
