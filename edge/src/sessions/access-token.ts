import type { Mode } from '@dream/contract/primitives';
import { MODES } from '@dream/contract/primitives';
import { importJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import { JWTExpired } from 'jose/errors';
import type { Config } from '../env.ts';
import { Fail } from '../http/fail.ts';

/** How long an access token is good. */
export const ACCESS_TOKEN_MS = 5 * 60_000;

/** What an access token says. */
export interface AccessClaims {
  publishableKey: string;
  customerId: string;
  sessionId: string;
  plan: string;
  mode: Mode;
  shard: string;
}

/** Signs an access token (ES256) with the newest key that is active. */
export async function signAccessToken(
  config: Config,
  claims: AccessClaims,
  nowMs: number,
): Promise<{ accessToken: string; accessTokenExpiresAtMs: number }> {
  const jwk = config.signingKeys
    .filter((key) => key.activeFromMs <= nowMs)
    .toSorted((a, b) => b.activeFromMs - a.activeFromMs)[0];
  if (!jwk) throw new Error('No signing key is active yet');
  const issuedAtSeconds = Math.floor(nowMs / 1000);
  const expiresAtSeconds = issuedAtSeconds + ACCESS_TOKEN_MS / 1000;
  const { plan, mode, shard, sessionId: sid } = claims;
  const accessToken = await new SignJWT({ plan, mode, shard, sid })
    .setProtectedHeader({ alg: 'ES256', kid: jwk.kid, typ: 'JWT' })
    .setIssuer(config.publicUrl)
    .setAudience(claims.publishableKey)
    .setSubject(claims.customerId)
    .setIssuedAt(issuedAtSeconds)
    .setExpirationTime(expiresAtSeconds)
    .sign(await importJWK(jwk as JWK, 'ES256'));
  return { accessToken, accessTokenExpiresAtMs: expiresAtSeconds * 1000 };
}

/** Reads a token this edge signed. Throws `session_expired` for an old one, else `token_invalid`. */
export async function verifyAccessToken(
  config: Config,
  token: string,
  nowMs: number,
): Promise<AccessClaims> {
  try {
    const { payload } = await jwtVerify(token, ({ kid }) => publicKey(config, kid), {
      algorithms: ['ES256'],
      issuer: config.publicUrl,
      currentDate: new Date(nowMs),
      requiredClaims: ['exp', 'sub', 'aud'],
    });
    return claimsOf(payload);
  } catch (error) {
    throw new Fail(error instanceof JWTExpired ? 'session_expired' : 'token_invalid');
  }
}

function claimsOf(payload: Record<string, unknown>): AccessClaims {
  const { aud, sub, sid, plan, mode, shard } = payload;
  const known = MODES.find((candidate) => candidate === mode);
  const texts = [aud, sub, sid, plan, shard];
  if (!known || !texts.every((text) => typeof text === 'string')) throw new Fail('token_invalid');
  const [publishableKey, customerId, sessionId, planName, shardName] = texts as [
    string,
    string,
    string,
    string,
    string,
  ];
  return { publishableKey, customerId, sessionId, plan: planName, mode: known, shard: shardName };
}

async function publicKey(config: Config, kid: string | undefined) {
  const jwk = publicJwks(config).keys.find((key) => key.kid === kid);
  if (!jwk) throw new Fail('token_invalid');
  return importJWK(jwk, 'ES256');
}

/** The public halves of all signing keys, also of those not active yet. */
export function publicJwks(config: Config): { keys: (JWK & { kid: string; alg: 'ES256' })[] } {
  return {
    keys: config.signingKeys.map(({ kid, x = '', y = '' }) => ({
      kid,
      kty: 'EC',
      crv: 'P-256',
      x,
      y,
      use: 'sig',
      alg: 'ES256',
    })),
  };
}
