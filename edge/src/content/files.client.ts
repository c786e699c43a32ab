import type { EnvironmentRef } from '../deps.ts';
import { CONTENT_TYPE, keyOf, prefixOf, SIZE_NAMES, type SizeName } from './address.ts';

/** Writes a picture in its sizes. Safe to repeat. */
export async function writeFiles(
  files: R2Bucket,
  ref: EnvironmentRef,
  name: string,
  sizes: Readonly<Record<SizeName, Uint8Array>>,
): Promise<void> {
  await Promise.all(
    SIZE_NAMES.map((size) =>
      files.put(keyOf(ref, name, size), sizes[size], {
        httpMetadata: { contentType: CONTENT_TYPE },
      }),
    ),
  );
}

/** A picture as it is called in an environment. */
interface Named {
  ref: EnvironmentRef;
  name: string;
}

/** Writes a picture in all its sizes anew under another name; false when it is not there. Safe to repeat. */
export async function copyFiles(files: R2Bucket, from: Named, to: Named): Promise<boolean> {
  const bytesOf = async (size: SizeName): Promise<Uint8Array | null> => {
    const file = await files.get(keyOf(from.ref, from.name, size));
    return file && new Uint8Array(await file.arrayBuffer());
  };
  const [small, large] = await Promise.all([bytesOf('small'), bytesOf('large')]);
  if (!small || !large) return false;
  await writeFiles(files, to.ref, to.name, { small, large });
  return true;
}

/** A file by its key, or null; its body only if it `isAsked` for. */
export async function readFile(
  files: R2Bucket,
  key: string,
  isAsked: boolean,
): Promise<{ size: number; body: ReadableStream | null } | null> {
  if (isAsked) return files.get(key);
  const head = await files.head(key);
  return head && { size: head.size, body: null };
}

/** Deletes a picture in all its sizes. Safe to repeat. */
export async function deleteFiles(
  files: R2Bucket,
  ref: EnvironmentRef,
  name: string,
): Promise<void> {
  await files.delete(SIZE_NAMES.map((size) => keyOf(ref, name, size)));
}

/** Deletes everything an environment ever uploaded. Safe to repeat. */
export async function deleteAllFiles(files: R2Bucket, ref: EnvironmentRef): Promise<void> {
  for (;;) {
    const { objects, truncated } = await files.list({ prefix: prefixOf(ref) });
    if (objects.length > 0) await files.delete(objects.map(({ key }) => key));
    if (!truncated) return;
  }
}
