import { MAX_IMAGE_BYTES, uploadImage } from '@dream/contract/images';
import { expect, it } from 'vitest';
import { decidePicture, PICTURE_TYPES, typesFor } from './picture.ts';

const file = (type: string, size = 1000) => ({ type, size });

it('offers and sends the types the edge takes, and no others', () => {
  expect(PICTURE_TYPES.split(',')).toEqual(uploadImage.upload?.contentTypes);
  for (const type of PICTURE_TYPES.split(','))
    for (const written of typesFor(type))
      expect(uploadImage.upload?.contentTypes).toContain(written);
});

it.each([
  ['a small picture is sent as it is', 1600, 900, 1000, { kind: 'as-is' }],
  ['a wide one is made to fit', 4000, 1000, 1000, { kind: 'fit', width: 1600, height: 400 }],
  ['a tall one is made to fit', 10, 32_000, 1000, { kind: 'fit', width: 1, height: 1600 }],
  ['one at the edge of bytes is sent as it is', 800, 800, MAX_IMAGE_BYTES, { kind: 'as-is' }],
  [
    'one of too many bytes is written anew',
    800,
    600,
    MAX_IMAGE_BYTES + 1,
    { kind: 'fit', width: 800, height: 600 },
  ],
] as const)('%s', (_, width, height, size, decision) => {
  expect(decidePicture(file('image/jpeg', size), { width, height })).toEqual(decision);
});

it('refuses what is no picture, cannot be read or is too large to open, and says why', () => {
  const size = { width: 10, height: 10 };
  expect(decidePicture(file('image/gif'), size)).toMatchObject({
    why: expect.stringContaining('PNG, JPEG, WebP or AVIF'),
  });
  expect(decidePicture(file('image/svg+xml'), size)).toMatchObject({ kind: 'no' });
  expect(decidePicture(file('image/png'), null)).toMatchObject({
    why: expect.stringContaining('damaged'),
  });
  expect(decidePicture(file('image/png', 61 * 1024 * 1024), size)).toMatchObject({
    why: expect.stringContaining('60 MB'),
  });
});
