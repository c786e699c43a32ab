import { base64url, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterEach, expect, it, vi } from 'vitest';
import { Dream } from './index.ts';
import { type Reply, startServer } from './test-server.ts';

const PK = 'pk_test_versa';
const GOOD = { plan: 'pro', mode: 'test', aud: PK, sub: 'cust_1' };

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0)) await step();
});

async function keyPair(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256' } };
}
type Key = Awaited<ReturnType<typeof keyPair>>;

const published = (...keys: Key[]): Reply => ({
  status: 200,
  body: { keys: keys.map(({ jwk }) => jwk) },
});

/** A verifier whose edge answers `replies`, and a signer of tokens of that edge. */
async function setUp(...replies: Reply[]) {
  const server = await startServer(replies);
  cleanUp.push(server.close);
  const dream = new Dream({ secretKey: 'sk_test_x', baseUrl: server.url, maxRetries: 0 });
  const sign = ({ kid, privateKey }: Key, claims: Record<string, unknown> = {}, header = {}) =>
    new SignJWT({ ...GOOD, iss: server.url, exp: inSeconds(300), ...claims })
      .setProtectedHeader({ alg: 'ES256', kid, ...header })
      .sign(privateKey);
  return {
    dream,
    sign,
    seen: server.seen,
    verify: (token: string) => dream.verifyToken(token, { publishableKey: PK }),
  };
}

const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

/** Moves the clock, and only the clock. */
function passMs(ms: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
  cleanUp.push(() => vi.useRealTimers());
}

it('reads a good token, and fetches the keys once, without the secret key', async () => {
  const key = await keyPair('k1');
  const { sign, verify, seen } = await setUp(published(key));
  const exp = inSeconds(60);
  const token = await sign(key, { exp });
  const good = { valid: true, customerId: 'cust_1', plan: 'pro', mode: 'test' };
  expect(await Promise.all([verify(token), verify(token)])).toEqual([
    { ...good, expiresAtMs: exp * 1000 },
    { ...good, expiresAtMs: exp * 1000 },
  ]);
  expect(seen.map(({ url }) => url)).toEqual(['/.well-known/jwks.json']);
  expect(seen[0]?.headers.authorization).toBeUndefined();
});

it.each([
  ['wrong_issuer', { iss: 'https://elsewhere.example' }],
  ['wrong_audience', { aud: 'pk_test_other' }],
  ['wrong_audience', { aud: 'pk_live_versa' }],
  ['wrong_audience', { aud: undefined }],
  ['expired', { exp: 1_700_000_000 }],
  ['malformed', { exp: undefined }],
  ['malformed', { mode: 'demo' }],
  ['malformed', { sub: 'ada' }],
  ['malformed', { plan: undefined }],
])('says %s for the claims %j', async (reason, claims) => {
  const key = await keyPair('k1');
  const { sign, verify } = await setUp(published(key));
  expect(await verify(await sign(key, claims))).toEqual({ valid: false, reason });
});

it('forgives clocks that differ by two seconds', async () => {
  const key = await keyPair('k1');
  const { sign, verify } = await setUp(published(key));
  expect(await verify(await sign(key, { exp: inSeconds(-2) }))).toMatchObject({ valid: true });
});

it('expects the issuer it is told when the edge is reached by another URL', async () => {
  const key = await keyPair('k1');
  const { sign, dream } = await setUp(published(key));
  const token = await sign(key, { iss: 'https://api.example.com' });
  const issuer = 'https://api.example.com/';
  expect(await dream.verifyToken(token, { publishableKey: PK, issuer })).toMatchObject({
    valid: true,
  });
});

it('refuses a token that somebody else signed, or that was changed', async () => {
  const [key, other] = [await keyPair('k1'), await keyPair('k1')];
  const { sign, verify } = await setUp(published(key));
  const bad = { valid: false, reason: 'bad_signature' };
  expect(await verify(await sign(other))).toEqual(bad);
  const [head = '', , signature = ''] = (await sign(key)).split('.');
  const claims = base64url.encode(JSON.stringify({ ...GOOD, sub: 'cust_2' }));
  expect(await verify(`${head}.${claims}.${signature}`)).toEqual(bad);
  expect(await verify(`${head}.${claims}.AAAA`)).toEqual(bad);
});

it('refuses every algorithm but ES256, without fetching a key', async () => {
  const { verify, seen } = await setUp(published());
  const wrong = { valid: false, reason: 'wrong_algorithm' };
  const secret = new TextEncoder().encode('the text of a public key, used as a secret');
  const mac = new SignJWT(GOOD).setProtectedHeader({ alg: 'HS256', kid: 'k1' });
  expect(await verify(await mac.sign(secret))).toEqual(wrong);
  const { privateKey } = await generateKeyPair('RS256');
  const rsa = new SignJWT(GOOD).setProtectedHeader({ alg: 'RS256', kid: 'k1' });
  expect(await verify(await rsa.sign(privateKey))).toEqual(wrong);
  expect(await verify(new UnsecuredJWT(GOOD).encode())).toEqual(wrong);
  expect(seen).toHaveLength(0);
});

it('calls malformed what is no token, and asks nobody', async () => {
  const key = await keyPair('k1');
  const { sign, verify, seen } = await setUp(published(key));
  const token = await sign(key);
  const [head, claims] = token.split('.');
  const texts = ['', 'a.b.c', '{}', '..', `${token}.more`, `${head}.${claims}.`];
  const odd = [...texts, `${head}.${claims}.%%`, `${head}.W10`, undefined, null, 42];
  for (const text of odd)
    expect(await verify(text as string)).toEqual({ valid: false, reason: 'malformed' });
  expect(seen).toHaveLength(0);
});

it('refuses a token with an extension it must understand and does not', async () => {
  const key = await keyPair('k1');
  const { verify } = await setUp(published(key));
  const header = base64url.encode('{"alg":"ES256","kid":"k1","crit":["b64"],"b64":false}');
  expect(await verify(`${header}.${base64url.encode('{}')}.AAAA`)).toEqual({
    valid: false,
    reason: 'malformed',
  });
});

it('finds a key published later, but looks for unknown ones once in 30 seconds', async () => {
  const [first, second] = [await keyPair('k1'), await keyPair('k2')];
  const { sign, verify, seen } = await setUp(published(first), published(first, second));
  await verify(await sign(first));
  expect(await verify(await sign(second))).toEqual({ valid: false, reason: 'unknown_key' });
  expect(seen).toHaveLength(1);
  passMs(31_000);
  expect(await verify(await sign(second))).toMatchObject({ valid: true });
  const stranger = await sign(await keyPair('k3'));
  await Promise.all([verify(stranger), verify(stranger)]);
  expect(seen).toHaveLength(2);
});

it('forgets a key that is no longer published, within an hour', async () => {
  const [first, second] = [await keyPair('k1'), await keyPair('k2')];
  const { sign, verify } = await setUp(published(first), published(second));
  await verify(await sign(first));
  passMs(3_601_000);
  expect(await verify(await sign(first))).toEqual({ valid: false, reason: 'unknown_key' });
});

it('goes on with the keys it has while the edge does not answer', async () => {
  const key = await keyPair('k1');
  const { sign, verify } = await setUp(published(key), { status: 503, body: {} });
  await verify(await sign(key));
  passMs(3_601_000);
  expect(await verify(await sign(key))).toMatchObject({ valid: true });
});

it('throws a DreamError when there never was a key, and tries again at the next call', async () => {
  const key = await keyPair('k1');
  const { sign, verify } = await setUp({ status: 503, body: {} }, published(key));
  const token = await sign(key);
  await expect(verify(token)).rejects.toMatchObject({ name: 'DreamError', status: 503 });
  expect(await verify(token)).toMatchObject({ valid: true });
});

it('passes over published keys of other kinds', async () => {
  const key = await keyPair('k1');
  const rsa = await exportJWK((await generateKeyPair('RS256', { extractable: true })).publicKey);
  const jwks = { keys: [{ ...rsa, kid: 'rsa' }, key.jwk] };
  const { sign, verify } = await setUp({ status: 200, body: jwks });
  expect(await verify(await sign(key))).toMatchObject({ valid: true });
});

it('asks for the publishable key when it is not given one', async () => {
  const { dream } = await setUp(published());
  const missing = { publishableKey: undefined as unknown as string };
  await expect(dream.verifyToken('x', missing)).rejects.toThrow(/publishableKey/);
});
