import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import type { Config } from '../env.ts';
import {
  ACCESS_TOKEN_MS,
  type AccessClaims,
  publicJwks,
  signAccessToken,
  verifyAccessToken,
} from './access-token.ts';

const NOW_MS = 1_800_000_000_000;

async function signingKey(kid: string, activeFromMs: number) {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, activeFromMs } as Config['signingKeys'][number];
}

const [old, current, future, stranger] = await Promise.all([
  signingKey('old', 0),
  signingKey('current', NOW_MS - 1),
  signingKey('future', NOW_MS + 1),
  signingKey('current', 0),
]);
const config = {
  publicUrl: 'https://edge.test',
  signingKeys: [future, old, current],
} as unknown as Config;

const claims: AccessClaims = {
  publishableKey: 'pk_test_a',
  customerId: 'cust_a',
  sessionId: 'ses_a',
  plan: 'free',
  mode: 'test',
  shard: '00',
};

const kidOf = (token: string) => JSON.parse(atob(token.split('.')[0] ?? '')).kid;

/** A token as this edge signs one, but for what is changed. */
async function forged({ key = current, alg = 'ES256', drop = '', change = {} } = {}) {
  const seconds = NOW_MS / 1000;
  const payload: Record<string, unknown> = {
    iss: config.publicUrl,
    aud: claims.publishableKey,
    sub: claims.customerId,
    sid: claims.sessionId,
    plan: claims.plan,
    mode: claims.mode,
    shard: claims.shard,
    iat: seconds,
    exp: seconds + 300,
    ...change,
  };
  delete payload[drop];
  const secret =
    alg === 'HS256'
      ? new TextEncoder().encode(`${key.x}${key.y}`)
      : await importJWK(key as JWK, 'ES256');
  return new SignJWT(payload).setProtectedHeader({ alg, kid: key.kid }).sign(secret);
}

describe('an access token', () => {
  it('says who it is for until five minutes have passed', async () => {
    const { accessToken, accessTokenExpiresAtMs } = await signAccessToken(config, claims, NOW_MS);
    expect(accessTokenExpiresAtMs).toBe(NOW_MS + ACCESS_TOKEN_MS);
    expect(await verifyAccessToken(config, accessToken, accessTokenExpiresAtMs - 1)).toEqual(
      claims,
    );
    await expect(
      verifyAccessToken(config, accessToken, accessTokenExpiresAtMs),
    ).rejects.toMatchObject({ code: 'session_expired' });
  });

  it('is signed by the newest key that is active, and the others are published beside it', async () => {
    expect(kidOf((await signAccessToken(config, claims, NOW_MS)).accessToken)).toBe('current');
    expect(kidOf((await signAccessToken(config, claims, NOW_MS - 2)).accessToken)).toBe('old');
    expect(kidOf((await signAccessToken(config, claims, NOW_MS + 1)).accessToken)).toBe('future');
    const { keys } = publicJwks(config);
    expect(keys.map(({ kid }) => kid).toSorted()).toEqual(['current', 'future', 'old']);
    for (const key of keys) expect(key).not.toHaveProperty('d');
  });

  it('signs nothing before the first key is active', async () => {
    const early = { ...config, signingKeys: [future] };
    await expect(signAccessToken(early, claims, NOW_MS)).rejects.toThrow('No signing key');
  });

  it.each([
    ['the key that signed before', () => forged({ key: old })],
    ['the next key, which another isolate may use already', () => forged({ key: future })],
  ])('is good when it was signed by %s', async (_, make) => {
    expect(await verifyAccessToken(config, await make(), NOW_MS)).toEqual(claims);
  });

  it.each([
    ['a stranger’s key under a name of ours', () => forged({ key: stranger })],
    ['a key we do not have', () => forged({ key: { ...current, kid: 'unknown' } })],
    ['another algorithm, keyed by what is public', () => forged({ alg: 'HS256' })],
    ['nobody', async () => new UnsecuredJWT({ sub: 'cust_a' }).encode()],
    ['another issuer', () => forged({ change: { iss: 'https://edge.test.evil' } })],
    ['no issuer', () => forged({ drop: 'iss' })],
    ['two audiences', () => forged({ change: { aud: ['pk_test_a', 'pk_test_b'] } })],
    ['no audience', () => forged({ drop: 'aud' })],
    ['no end', () => forged({ drop: 'exp' })],
    ['no customer', () => forged({ drop: 'sub' })],
    ['no session', () => forged({ drop: 'sid' })],
    ['a mode that is none', () => forged({ change: { mode: 'staging' } })],
    ['no shard', () => forged({ drop: 'shard' })],
    ['no token at all', async () => 'ey'],
  ])('is invalid with %s', async (_, make) => {
    await expect(verifyAccessToken(config, await make(), NOW_MS)).rejects.toMatchObject({
      code: 'token_invalid',
    });
  });

  it('is invalid when it is old and not ours, and not merely expired', async () => {
    const token = await forged({ key: stranger, change: { exp: 1 } });
    await expect(verifyAccessToken(config, token, NOW_MS)).rejects.toMatchObject({
      code: 'token_invalid',
    });
  });
});
