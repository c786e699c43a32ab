import { Fail } from '../http/fail.ts';
import { log } from '../http/log.ts';
import { CONTENT_TYPE, SIZE_NAMES, SIZES, type SizeName } from './address.ts';
import { fitted, inspectImage, type Size } from './image-file.ts';

/** A picture encoded anew: nothing of its file is in it but what can be seen. */
export interface Made extends Size {
  bytes: Uint8Array<ArrayBuffer>;
}

/**
 * What Cloudflare Images says of files it cannot decode: broken, too large or no images at all.
 * Source: Cloudflare Images, "Troubleshooting".
 */
const FILE_ERRORS = new Set([9402, 9412, 9413, 9520, 9523, 9524]);

/**
 * Makes a picture in its sizes, upright, as WebP. `size` is what its bytes say. Throws `image_invalid`
 * for a file that looked well and cannot be decoded, `temporarily_unavailable` when nobody decodes.
 */
export async function makeSizes(
  images: ImagesBinding,
  bytes: Uint8Array<ArrayBuffer>,
  size: Size,
): Promise<Record<SizeName, Made>> {
  const made = await Promise.all(
    SIZE_NAMES.map(
      async (name) => [name, await makeOne(images, bytes, size, SIZES[name])] as const,
    ),
  );
  return Object.fromEntries(made) as Record<SizeName, Made>;
}

async function makeOne(
  images: ImagesBinding,
  bytes: Uint8Array<ArrayBuffer>,
  size: Size,
  sidePx: number,
): Promise<Made> {
  const made = await encode(images, bytes, sidePx);
  const inspected = inspectImage(made);
  const wanted = fitted(size, sidePx);
  const isAsWanted =
    inspected.ok &&
    inspected.image.format === 'webp' &&
    Math.abs(inspected.image.width - wanted.width) <= 1 &&
    Math.abs(inspected.image.height - wanted.height) <= 1;
  if (!isAsWanted) throw new Error(`An image was made as ${JSON.stringify(inspected)}`);
  return { bytes: made, width: inspected.image.width, height: inspected.image.height };
}

async function encode(
  images: ImagesBinding,
  bytes: Uint8Array<ArrayBuffer>,
  sidePx: number,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const result = await images
      .input(new Blob([bytes]).stream())
      .transform({ width: sidePx, height: sidePx, fit: 'scale-down' })
      .output({ format: CONTENT_TYPE, quality: 82 });
    return new Uint8Array(await new Response(result.image()).arrayBuffer());
  } catch (error) {
    const code = (error as Partial<ImagesError>).code;
    if (code !== undefined && FILE_ERRORS.has(code))
      throw new Fail('image_invalid', { reason: 'It cannot be decoded.' });
    log('error', { event: 'image.not_made', error: String(error) });
    throw new Fail('temporarily_unavailable');
  }
}
