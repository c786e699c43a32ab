import { ByteReader, Unusable } from './byte-reader.ts';

const ORIENTATION = 0x0112;
const ENTRY_BYTES = 12;

/**
 * Whether the Exif block of a photo says that its width and height change places when it is looked
 * at. A block that is broken, or none at all, says nothing.
 */
export function isSideways(block: Uint8Array): boolean {
  try {
    return orientationOf(new ByteReader(block)) >= 5;
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    return false;
  }
}

/** From 1, upright, to 8; those from 5 on lie on their side. */
function orientationOf(block: ByteReader): number {
  if (block.text(0, 6) !== 'Exif\0\0') return 1;
  const tiff = new ByteReader(block.bytes.subarray(6));
  const littleEndian = tiff.text(0, 2) === 'II';
  const directory = tiff.u32(4, littleEndian);
  const count = tiff.u16(directory, littleEndian);
  for (let index = 0; index < count; index++) {
    const entry = directory + 2 + index * ENTRY_BYTES;
    if (tiff.u16(entry, littleEndian) !== ORIENTATION) continue;
    const orientation = tiff.u16(entry + 8, littleEndian);
    return orientation <= 8 ? orientation : 1;
  }
  return 1;
}
