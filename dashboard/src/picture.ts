/** The longest side of a picture that is sent: more is never shown. */
const MAX_SIDE_PX = 1600;

/** The largest file the edge takes. */
const MAX_BYTES = 5 * 1024 * 1024;

/** The largest file that is opened at all: decoding one takes memory of its pixels, not of its bytes. */
const MAX_OPENED_BYTES = 60 * 1024 * 1024;

const TYPES = ['image/png', 'image/jpeg', 'image/webp', 'image/avif'] as const;

/** What file pickers offer. */
export const PICTURE_TYPES = TYPES.join(',');

/** Why a picture is not used, to be told. */
export class PictureFault extends Error {}

/** What is done with a picture before it is sent: sent as it is, made smaller, or refused. */
export function decidePicture(
  file: { type: string; size: number },
  size: { width: number; height: number } | null,
):
  | { kind: 'as-is' }
  | { kind: 'fit'; width: number; height: number }
  | { kind: 'no'; why: string } {
  if (!TYPES.some((type) => type === file.type))
    return { kind: 'no', why: 'It must be a PNG, JPEG, WebP or AVIF picture.' };
  if (file.size > MAX_OPENED_BYTES)
    return { kind: 'no', why: 'It is larger than 60 MB. Make it smaller first.' };
  if (size === null) return { kind: 'no', why: 'It could not be read: the file may be damaged.' };
  const scale = Math.min(1, MAX_SIDE_PX / Math.max(size.width, size.height));
  if (scale === 1 && file.size <= MAX_BYTES) return { kind: 'as-is' };
  const fitted = (px: number) => Math.max(1, Math.round(px * scale));
  return { kind: 'fit', width: fitted(size.width), height: fitted(size.height) };
}

/** The types to try for a picture that was made smaller; browsers write no AVIF, and some no WebP. */
export const typesFor = (type: string): readonly string[] => {
  if (type === 'image/jpeg') return ['image/jpeg'];
  if (type === 'image/png') return ['image/png', 'image/webp', 'image/jpeg'];
  return ['image/webp', 'image/png', 'image/jpeg'];
};

/**
 * A picture ready to be sent: upright, at most 1,600 pixels on a side and 5 MB, of a type the edge
 * takes. One that fits is sent as it is. Throws a PictureFault that says what is wrong with the file.
 */
export async function readyPicture(file: Blob): Promise<Blob> {
  const isTried = decidePicture(file, { width: 1, height: 1 }).kind !== 'no';
  const bitmap = isTried ? await createImageBitmap(file).catch(() => null) : null;
  try {
    const decision = decidePicture(file, bitmap);
    if (decision.kind === 'no') throw new PictureFault(decision.why);
    if (decision.kind === 'as-is' || bitmap === null) return file;
    return await drawn(bitmap, decision, file.type);
  } finally {
    bitmap?.close();
  }
}

async function drawn(
  bitmap: ImageBitmap,
  { width, height }: { width: number; height: number },
  type: string,
): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (context === null) throw new PictureFault('This browser cannot make pictures smaller.');
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  for (const wanted of typesFor(type)) {
    const blob = await canvas.convertToBlob({ type: wanted, quality: 0.86 });
    if (blob.type === wanted && blob.size <= MAX_BYTES) return blob;
  }
  throw new PictureFault('It is too large even when it is made smaller.');
}
