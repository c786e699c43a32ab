import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** A salted digest of a password, `<salt>.<hash>` in base64url. */
export async function digestOf(password: string): Promise<string> {
  const salt = randomBytes(16);
  return `${salt.toString('base64url')}.${(await derive(password, salt)).toString('base64url')}`;
}

/** Whether the digest was made from the password; constant time in the comparison. */
export async function matches(password: string, digest: string): Promise<boolean> {
  const [salt = '', hash = ''] = digest.split('.');
  const expected = Buffer.from(hash, 'base64url');
  const actual = await derive(password, Buffer.from(salt, 'base64url'));
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, 32, { N: 4096 }, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
