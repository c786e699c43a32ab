import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterEach, expect, it } from 'vitest';
import { Dream } from './index.ts';
import { startServer } from './test-server.ts';

let close = async () => {};
afterEach(() => close());

const PK = 'pk_test_versa';

async function setUp() {
  const [own, other] = [
    await generateKeyPair('ES256', { extractable: true }),
    await generateKeyPair('ES256'),
  ];
  const jwk = { ...(await exportJWK(own.publicKey)), kid: 'k1', alg: 'ES256' };
  const server = await startServer([{ status: 200, body: { keys: [jwk] } }]);
  close = server.close;
  const sign = (claims: Record<string, unknown> = {}, key = own.privateKey, kid = 'k1') =>
    new SignJWT({
      plan: 'pro',
      mode: 'test',
      iss: server.url,
      aud: PK,
      sub: 'cust_1',
      exp: Math.floor(Date.now() / 1000) + 300,
      ...claims,
    })
      .setProtectedHeader({ alg: 'ES256', kid })
      .sign(key);
  const dream = new Dream({ secretKey: 'sk_test_x', baseUrl: server.url });
  return {
    sign,
    other,
    seen: server.seen,
    verify: (token: string) => dream.verifyToken(token, { publishableKey: PK }),
  };
}

it('reads a good token, and fetches the keys once', async () => {
  const { sign, verify, seen } = await setUp();
  expect(await verify(await sign())).toMatchObject({
    valid: true,
    customerId: 'cust_1',
    plan: 'pro',
    mode: 'test',
  });
  await verify(await sign());
  expect(seen).toHaveLength(1);
});

it.each([
  ['wrong_issuer', { iss: 'https://elsewhere.example' }],
  ['wrong_audience', { aud: 'pk_test_other' }],
  ['expired', { exp: 1_700_000_000 }],
  ['malformed', { mode: 'demo' }],
])('says %s', async (reason, claims) => {
  const { sign, verify } = await setUp();
  expect(await verify(await sign(claims))).toEqual({ valid: false, reason });
});

it('refuses a token signed by somebody else, changed, unsigned, or of an unknown key', async () => {
  const { sign, verify, other } = await setUp();
  expect(await verify(await sign({}, other.privateKey))).toEqual({
    valid: false,
    reason: 'bad_signature',
  });
  expect(await verify(await sign({}, other.privateKey, 'k2'))).toEqual({
    valid: false,
    reason: 'unknown_key',
  });
  const [head, , mac] = (await sign()).split('.');
  const changed = btoa(JSON.stringify({ sub: 'cust_2' })).replaceAll('=', '');
  expect(await verify(`${head}.${changed}.${mac}`)).toEqual({
    valid: false,
    reason: 'bad_signature',
  });
  expect(await verify(`${btoa('{"alg":"none"}')}.${changed}.x`)).toEqual({
    valid: false,
    reason: 'wrong_algorithm',
  });
  for (const text of ['', 'a.b.c', '{}'])
    expect(await verify(text)).toEqual({ valid: false, reason: 'malformed' });
});
