import { type ByteReader, Unusable } from './byte-reader.ts';
import type { Size } from './image-file.ts';

const HEAD_BYTES = 12;
const CHUNK_HEAD_BYTES = 8;

/**
 * The size of a WebP image that is whole, still, and the whole of the file: lossy, lossless, or
 * extended with a canvas that its picture fills.
 * Source: RFC 9649.
 */
export function readWebp(file: ByteReader): Size {
  const end = CHUNK_HEAD_BYTES + file.u32(4, true);
  file.needs(end);
  if (end < file.length) throw new Unusable('Something else follows the end of the image.');
  let canvas: Size | undefined;
  let picture: Size | undefined;
  for (let at = HEAD_BYTES; at < end; ) {
    const name = file.text(at, 4);
    const data = at + CHUNK_HEAD_BYTES;
    const length = file.u32(at + 4, true);
    file.needs(data + length);
    if (name === 'ANIM' || name === 'ANMF') throw new Unusable('Animated images are not taken.');
    if (name === 'VP8X') canvas = canvasAt(file, data);
    if (name === 'VP8 ') picture = lossyAt(file, data);
    if (name === 'VP8L') picture = losslessAt(file, data);
    at = data + length + (length % 2);
  }
  if (!picture) throw new Unusable('It is a broken WebP: it has no pixels.');
  if (canvas && (canvas.width !== picture.width || canvas.height !== picture.height))
    throw new Unusable('It is a broken WebP: its picture is not as large as it says.');
  return picture;
}

function canvasAt(file: ByteReader, at: number): Size {
  const side = (from: number) => (file.u16(from, true) | (file.u8(from + 2) << 16)) + 1;
  return { width: side(at + 4), height: side(at + 7) };
}

function lossyAt(file: ByteReader, at: number): Size {
  const isKeyFrame = (file.u8(at) & 1) === 0 && file.text(at + 3, 3) === '\x9d\x01\x2a';
  if (!isKeyFrame) throw new Unusable('It is a broken WebP: its picture does not begin.');
  return { width: file.u16(at + 6, true) & 0x3fff, height: file.u16(at + 8, true) & 0x3fff };
}

function losslessAt(file: ByteReader, at: number): Size {
  if (file.u8(at) !== 0x2f) throw new Unusable('It is a broken WebP: its picture does not begin.');
  const sides = file.u32(at + 1, true);
  return { width: (sides & 0x3fff) + 1, height: ((sides >>> 14) & 0x3fff) + 1 };
}
