import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import type { Instance, Session } from './entities.ts';
import { newSecret } from './ids.ts';

/** How long a session token is good for, unless the Backend API asks otherwise. */
const SESSION_TOKEN_SECONDS = 60;

/** Claims of a verified token. */
type Claims = Record<string, unknown>;

/** A new RSA key for an instance, as PKCS#8 PEM. */
export function newPrivateKeyPem(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** The key set that verifies an instance's session tokens. */
export function jwksOf(instance: Instance): { keys: object[] } {
  const { n, e } = keysOf(instance).publicKey.export({ format: 'jwk' });
  return { keys: [{ use: 'sig', kty: 'RSA', kid: instance.clerkId, alg: 'RS256', n, e }] };
}

/** The same public key as PEM: what Clerk's dashboard calls the JWT key. */
export function jwtKeyOf(instance: Instance): string {
  return keysOf(instance).publicKey.export({ type: 'spki', format: 'pem' }).toString();
}

/**
 * A session token with Clerk's version 2 claims. Native clients get no `azp`. Times are the
 * wall clock's, not the sandbox's: whoever verifies the token lives outside the sandbox.
 */
export function sessionToken(
  instance: Instance,
  session: Session,
  issuer: string,
  factorAgeMinutes: number,
  lifetimeSeconds = SESSION_TOKEN_SECONDS,
): string {
  const nowSeconds = Math.floor(Date.now() / 1000);
  return signToken(
    instance,
    {
      exp: nowSeconds + lifetimeSeconds,
      fva: [factorAgeMinutes, -1],
      iat: nowSeconds,
      iss: issuer,
      jti: newSecret().slice(0, 20),
      nbf: nowSeconds - 10,
      sid: session.id,
      sts: 'active',
      sub: session.userId,
      v: 2,
    },
    { cat: 'cl_B7d4PD111AAA' },
  );
}

/** Signs any claims with the instance's key (RS256). */
export function signToken(instance: Instance, claims: Claims, header: object = {}): string {
  const head = { alg: 'RS256', ...header, kid: instance.clerkId, typ: 'JWT' };
  const input = `${encode(head)}.${encode(claims)}`;
  const signature = sign('RSA-SHA256', Buffer.from(input), keysOf(instance).privateKey);
  return `${input}.${signature.toString('base64url')}`;
}

/** The claims of a token this instance signed, or null for anything else. Ignores expiry. */
export function readToken(instance: Instance, token: string): Claims | null {
  const [head, body, signature, ...rest] = token.split('.');
  if (!head || !body || !signature || rest.length > 0) return null;
  const input = Buffer.from(`${head}.${body}`);
  const genuine = verify(
    'RSA-SHA256',
    input,
    keysOf(instance).publicKey,
    Buffer.from(signature, 'base64url'),
  );
  return genuine ? JSON.parse(Buffer.from(body, 'base64url').toString()) : null;
}

const parsedKeys = new Map<string, { privateKey: KeyObject; publicKey: KeyObject }>();

function keysOf(instance: Instance): { privateKey: KeyObject; publicKey: KeyObject } {
  const known = parsedKeys.get(instance.privateKeyPem);
  if (known) return known;
  const privateKey = createPrivateKey(instance.privateKeyPem);
  const keys = { privateKey, publicKey: createPublicKey(privateKey) };
  parsedKeys.set(instance.privateKeyPem, keys);
  return keys;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
