import { readAvif } from './avif.ts';
import { ByteReader, Unusable } from './byte-reader.ts';
import { readJpeg } from './jpeg.ts';
import { readPng } from './png.ts';
import { readWebp } from './webp.ts';

/** The longest side an image may have. */
export const MAX_SIDE_PX = 8000;

/** The most pixels an image may have: what decoding it costs grows with them. */
export const MAX_PIXELS = 40_000_000;

/** How large a picture is when it is looked at upright, as its file asks for. */
export interface Size {
  width: number;
  height: number;
}

/** A still image, by its bytes. */
export interface ImageFile extends Size {
  format: 'png' | 'jpeg' | 'webp' | 'avif';
}

/** An image, or the reason why the file is not used. */
export type Inspected = { ok: true; image: ImageFile } | { ok: false; reason: string };

const READERS: Readonly<Record<ImageFile['format'], (file: ByteReader) => Size>> = {
  png: readPng,
  jpeg: readJpeg,
  webp: readWebp,
  avif: readAvif,
};

/**
 * Says what a file is by its bytes, whatever it is called: one whole still PNG, JPEG, WebP or AVIF
 * image of bounded size with nothing hung on to it. Its pixels are not decoded.
 */
export function inspectImage(bytes: Uint8Array): Inspected {
  try {
    const file = new ByteReader(bytes);
    const format = formatOf(file);
    const size = READERS[format](file);
    checkSize(size);
    return { ok: true, image: { format, ...size } };
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    return { ok: false, reason: error.message };
  }
}

/** How large a picture is when it is made to fit into a square, and never made larger. */
export function fitted({ width, height }: Size, sidePx: number): Size {
  const scale = Math.min(1, sidePx / Math.max(width, height));
  const scaled = (px: number) => Math.max(1, Math.round(px * scale));
  return { width: scaled(width), height: scaled(height) };
}

function formatOf(file: ByteReader): ImageFile['format'] {
  if (file.length === 0) throw new Unusable('The body is empty: send the bytes of the image.');
  const head = String.fromCharCode(...file.bytes.subarray(0, 16));
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (head.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return 'webp';
  if (head.slice(4, 8) === 'ftyp') return 'avif';
  if (head.startsWith('GIF8')) throw new Unusable('GIF is not taken.');
  if (/^(\xef\xbb\xbf)?\s*</.test(head)) throw new Unusable('SVG and other markup is not taken.');
  throw new Unusable('It is none of PNG, JPEG, WebP and AVIF.');
}

function checkSize({ width, height }: Size): void {
  if (width < 1 || height < 1) throw new Unusable('It has no pixels.');
  if (width > MAX_SIDE_PX || height > MAX_SIDE_PX || width * height > MAX_PIXELS)
    throw new Unusable(
      `It is ${width} × ${height} pixels; the most is ${MAX_SIDE_PX} on a side and ${MAX_PIXELS / 1e6} million in all.`,
    );
}
