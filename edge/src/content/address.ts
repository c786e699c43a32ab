import type { EnvironmentRef } from '../deps.ts';

/** Where a picture is seen in its two sizes, by the name it is kept by. */
export function addressesOf(
  contentUrl: string,
  { projectId, mode }: EnvironmentRef,
  name: string,
): { url: string; smallUrl: string } {
  const at = (size: string) => `${contentUrl}/content/${projectId}/${mode}/${name}-${size}.webp`;
  return { url: at('large'), smallUrl: at('small') };
}
