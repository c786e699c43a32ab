import type { EnvironmentRef } from '../deps.ts';

/** The sizes every picture is kept in: how many pixels the longer side has at most. */
export const SIZES = { small: 480, large: 1600 } as const;
export type SizeName = keyof typeof SIZES;
export const SIZE_NAMES = Object.keys(SIZES) as SizeName[];

/** What pictures are published as: every browser reads it, and it holds nothing but the picture. */
export const CONTENT_TYPE = 'image/webp';

const FILE = /^([0-9a-f]{64})-(small|large)\.webp$/;

/** The key of a file in the bucket, and its path on the content domain after `/content/`. */
export const keyOf = (ref: EnvironmentRef, name: string, size: SizeName): string =>
  `${prefixOf(ref)}${name}-${size}.webp`;

/** What the keys of all files of an environment begin with. */
export const prefixOf = ({ projectId, mode }: EnvironmentRef): string => `${projectId}/${mode}/`;

/** Whether a file could be called that. */
export const isFileName = (file: string): boolean => FILE.test(file);

/** Where a picture is seen in its two sizes. */
export function addressesOf(
  contentUrl: string,
  ref: EnvironmentRef,
  name: string,
): { url: string; smallUrl: string } {
  const at = (size: SizeName) => `${contentUrl}/content/${keyOf(ref, name, size)}`;
  return { url: at('large'), smallUrl: at('small') };
}
