import type { EnvironmentRef } from '../deps.ts';
import type { Config } from '../env.ts';
import { fromBase64, openBox, type Purpose, sealBox, toBase64 } from './sealed-box.ts';

/**
 * Encrypts a secret of a tenant for storing: AES-GCM under a key of this environment's own, bound to
 * the field it belongs to. What is sealed opens for the same environment and field, and nowhere else.
 */
export async function sealSecret(
  config: Config,
  ref: EnvironmentRef,
  field: string,
  secret: string,
  iv: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const box = await sealBox(config, purposeOf(ref, field), secret, iv);
  return [box.keyId, toBase64(box.iv), toBase64(box.data)].join(':');
}

/**
 * The secret `sealSecret` was given. Throws for one of another environment or field, for one that was
 * changed, and when the master key it was sealed with is gone: our fault, never a caller's.
 */
export async function openSecret(
  config: Config,
  ref: EnvironmentRef,
  field: string,
  sealed: string,
): Promise<string> {
  const [keyId = '', iv = '', data = ''] = sealed.split(':');
  const box = { keyId, iv: fromBase64(iv), data: fromBase64(data) };
  return openBox(config, purposeOf(ref, field), box);
}

const purposeOf = ({ projectId, mode }: EnvironmentRef, field: string): Purpose => ({
  use: JSON.stringify(['tenant-secret', projectId, mode]),
  boundTo: (keyId) => JSON.stringify(['tenant-secret', projectId, mode, field, keyId]),
});
