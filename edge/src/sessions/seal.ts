import { fromBase64, openBox, type Purpose, sealBox, toBase64 } from '../auth/sealed-box.ts';
import type { EnvironmentRef } from '../deps.ts';
import type { Config } from '../env.ts';

/** Seals a Clerk client token for one page: only this edge, for this project and origin, opens it. */
export async function seal(
  config: Config,
  ref: EnvironmentRef,
  origin: string,
  token: string,
  iv: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const box = await sealBox(config, purposeOf(ref, origin), token, iv);
  return `sealed.${box.keyId}.${urlSafe(toBase64(box.iv))}.${urlSafe(toBase64(box.data))}`;
}

/** The token in a seal; null for a seal of another project, mode or origin, or one that is broken. */
export async function unseal(
  config: Config,
  ref: EnvironmentRef,
  origin: string,
  text: string,
): Promise<string | null> {
  const [head, keyId, iv, data] = text.split('.');
  if (head !== 'sealed' || !keyId || !iv || !data) return null;
  try {
    const box = { keyId, iv: fromBase64(plain(iv)), data: fromBase64(plain(data)) };
    return await openBox(config, purposeOf(ref, origin), box);
  } catch {
    return null;
  }
}

const purposeOf = ({ projectId, mode }: EnvironmentRef, origin: string): Purpose => ({
  use: 'clerk-client-seal',
  boundTo: () => JSON.stringify(['clerk-client', projectId, mode, origin]),
});

const urlSafe = (base64: string): string =>
  base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

const plain = (text: string): string => text.replaceAll('-', '+').replaceAll('_', '/');
