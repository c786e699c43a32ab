import { describe, expect, it } from 'vitest';
import { chunk, FILES, joined, png } from '../../test/image-files.ts';
import { fitted, inspectImage } from './image-file.ts';

const refusal = (file: Uint8Array): string => {
  const inspected = inspectImage(file);
  return inspected.ok ? 'It was taken.' : inspected.reason;
};
const text = (words: string) => joined(words);
const plain = png({ width: 6, height: 4 });
const taken = {
  png: plain,
  jpeg: FILES.jpeg,
  'JPEG with Exif': FILES.photo,
  'lossy WebP': FILES.lossy,
  'lossless WebP': FILES.lossless,
  'extended WebP': FILES.extended,
  avif: FILES.avif,
};

/** The file with the bytes that spell `from` made to spell `to`. */
function respelt(file: Uint8Array, from: string, to: string): Uint8Array {
  const whole = String.fromCharCode(...file);
  expect(whole).toContain(from);
  return joined(whole.replace(from, to));
}

describe('an image is known by its bytes', () => {
  it.each([
    ['png', plain, 'png'],
    ['JPEG', FILES.jpeg, 'jpeg'],
    ['WebP, lossy', FILES.lossy, 'webp'],
    ['WebP, lossless', FILES.lossless, 'webp'],
    ['WebP, extended', FILES.extended, 'webp'],
    ['AVIF', FILES.avif, 'avif'],
  ])('%s, and how large it is', (_, file, format) => {
    expect(inspectImage(file)).toEqual({ ok: true, image: { format, width: 6, height: 4 } });
  });

  it('and a photo that lies on its side is as large as it is looked at', () => {
    expect(inspectImage(FILES.photo)).toEqual({
      ok: true,
      image: { format: 'jpeg', width: 4, height: 6 },
    });
  });

  it('and so is an AVIF that its file turns', () => {
    // Makes the depth of its pixels, which says nothing of the size, a turn by 90 degrees.
    const turned = respelt(FILES.avif, 'pixi\0\0\0\0', 'irot\x01\0\0\0');
    expect(inspectImage(turned)).toMatchObject({ image: { width: 4, height: 6 } });
  });

  it('with what cameras hang on to a photo', () => {
    for (const tail of [
      new Uint8Array(64),
      FILES.jpeg,
      joined(FILES.jpeg, FILES.jpeg, new Uint8Array(2)),
      joined('\0\0\0\x18ftypmp42', new Uint8Array(12)),
      joined('Image_UTC_Data1478', 'SEFT'),
    ])
      expect(refusal(joined(FILES.jpeg, tail))).toBe('It was taken.');
  });
});

describe('a file is refused, and told why,', () => {
  it.each([
    ['nothing at all', new Uint8Array(), 'empty'],
    ['HTML', text('<!doctype html><script>alert(1)</script>'), 'markup'],
    ['HTML after a mark and spaces', text('\xef\xbb\xbf \n<html>'), 'markup'],
    ['SVG', text('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'), 'markup'],
    ['GIF', FILES.gif, 'GIF'],
    ['PDF', text('%PDF-1.7'), 'none of'],
    ['HEIC', respelt(FILES.avif, 'ftypavif', 'ftypheic'), 'HEIC'],
    ['a film', text('\0\0\0\x18ftypmp42\0\0\0\0mp42isom'), 'none of'],
    ['an animated WebP', FILES.animation, 'Animated'],
    ['an animated AVIF', respelt(FILES.avif, 'ftypavif', 'ftypavis'), 'Animated'],
    [
      'an animated PNG',
      png({ width: 6, height: 4 }, { extra: [chunk('acTL', new Uint8Array(8))] }),
      'Animated',
    ],
    ['a PNG that is its header', plain.subarray(0, 33), 'cut off'],
    ['a JPEG that is its start', text('\xff\xd8\xff\xd9'), 'no pixels'],
    ['no pixels', png({ width: 0, height: 4 }), 'no pixels'],
    [
      'more pixels than memory',
      png({ width: 1, height: 1 }, { says: { width: 1e9, height: 1e9 } }),
      '1000000000 × 1000000000',
    ],
    ['a side too long', png({ width: 1, height: 1 }, { says: { width: 8001, height: 1 } }), '8001'],
    [
      'too many pixels',
      png({ width: 1, height: 1 }, { says: { width: 8000, height: 5001 } }),
      '40',
    ],
    [
      'a WebP whose picture is not as large as its canvas',
      joined(FILES.extended.subarray(0, 24), '\x00\x10\x00', FILES.extended.subarray(27)),
      'not as large',
    ],
  ])('that is %s', (_, file, reason) => {
    expect(refusal(file)).toContain(reason);
  });

  it.each(Object.entries(taken))('wherever it is cut off: %s', (_, file) => {
    for (let length = 0; length < file.length; length++)
      expect(inspectImage(file.subarray(0, length)).ok).toBe(false);
  });

  it.each(Object.entries(taken))('when a script follows its end: %s', (_, file) => {
    expect(inspectImage(joined(file, '<script>alert(document.domain)</script>')).ok).toBe(false);
    expect(inspectImage(joined(file, 'PK\x03\x04')).ok).toBe(false);
  });

  it('soon, however it is made to be read', () => {
    const many = joined(FILES.jpeg, ...Array<Uint8Array>(10_000).fill(FILES.jpeg), 'x');
    expect(refusal(many)).toContain('follows the end');
    const marks = joined('\xff\xd8', new Uint8Array(1_000_000).fill(0xff));
    expect(refusal(marks)).toContain('cut off');
    const count = respelt(FILES.avif, 'ipma\0\0\0\0\0\0\0\x01', 'ipma\0\0\0\0\xff\xff\xff\xff');
    expect(inspectImage(respelt(count, 'pitm\0\0\0\0\0\x01', 'pitm\0\0\0\0\0\x09')).ok).toBe(false);
  });
});

describe('an image made to fit', () => {
  it.each([
    [6, 4, 6, 4],
    [960, 480, 480, 240],
    [3000, 4000, 360, 480],
    [8000, 1, 480, 1],
  ])('%i × %i becomes %i × %i, and is never made larger', (width, height, ...expected) => {
    const small = fitted({ width, height }, 480);
    expect([small.width, small.height]).toEqual(expected);
  });
});
