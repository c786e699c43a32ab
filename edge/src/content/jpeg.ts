import { type ByteReader, Unusable } from './byte-reader.ts';
import { isSideways } from './exif.ts';
import type { Size } from './image-file.ts';

const EOI = 0xd9;
const SOS = 0xda;
const APP1 = 0xe1;
/** Huffman tables, JPEG extensions and arithmetic tables: no frames, though numbered among them. */
const NO_FRAMES = new Set([0xc4, 0xc8, 0xcc]);
const isFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.has(marker);
/** Markers that stand alone, without a length. */
const isBare = (marker: number) => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);

/**
 * The size of a whole JPEG image, turned as its Exif orientation says. After its end only what
 * cameras put there may follow.
 * Source: ITU-T T.81, annex B; CIPA DC-008 (Exif), tag 0x0112.
 */
export function readJpeg(file: ByteReader): Size {
  const { end, size, sideways } = readOne(file, 0);
  if (!isCameraTail(file, end)) throw new Unusable('Something else follows the end of the image.');
  return sideways ? { width: size.height, height: size.width } : size;
}

/** One image from its start marker at `start`: where it ends, and how large it is. */
function readOne(file: ByteReader, start: number): { end: number; size: Size; sideways: boolean } {
  let size: Size | undefined;
  let sideways = false;
  let hasPixels = false;
  for (let at = start + 2; ; ) {
    const marker = markerAt(file, at);
    if (marker === 0xff || isBare(marker)) {
      at += marker === 0xff ? 1 : 2;
      continue;
    }
    if (marker === EOI) {
      if (!size || !hasPixels) throw new Unusable('It is a broken JPEG: it has no pixels.');
      return { end: at + 2, size, sideways };
    }
    const next = at + 2 + file.u16(at + 2);
    file.needs(next);
    if (isFrame(marker)) {
      if (size) throw new Unusable('It is a broken JPEG: it says twice how large it is.');
      size = { height: file.u16(at + 5), width: file.u16(at + 7) };
    }
    if (marker === APP1) sideways ||= isSideways(file.bytes.subarray(at + 4, next));
    hasPixels ||= marker === SOS;
    at = marker === SOS ? endOfScan(file, next) : next;
  }
}

function markerAt(file: ByteReader, at: number): number {
  if (file.u8(at) !== 0xff) throw new Unusable('It is a broken JPEG: its parts do not fit.');
  return file.u8(at + 1);
}

/** Where the coded pixels from `at` end: at the next marker that is no part of them. */
function endOfScan(file: ByteReader, at: number): number {
  for (;;) {
    const found = file.bytes.indexOf(0xff, at);
    if (found === -1) file.needs(Number.POSITIVE_INFINITY);
    const after = file.u8(found + 1);
    const isPixels = after === 0x00 || (after >= 0xd0 && after <= 0xd7);
    if (!isPixels && after !== 0xff) return found;
    at = found + (isPixels ? 2 : 1);
  }
}

/**
 * Whether what follows an image is nothing, or of the kind that cameras put there: filling, a second
 * image for its brightness or depth, a moment of film, or the notes of Samsung's phones.
 */
function isCameraTail(file: ByteReader, from: number): boolean {
  let end = from;
  const startsWith = (head: string, at: number) =>
    String.fromCharCode(...file.bytes.subarray(at, at + head.length)) === head;
  while (startsWith('\xff\xd8\xff', end)) end = readOne(file, end).end;
  if (startsWith('ftyp', end + 4) || startsWith('SEFT', file.length - 4)) return true;
  return file.bytes.subarray(end).every((byte) => byte === 0);
}
