import { generateKeyPairSync, randomBytes } from 'node:crypto';

const HOUR_MS = 3_600_000;
/** Keys are published this long before they sign, so that whoever verifies has them by then. */
export const PUBLISHED_MS = 24 * HOUR_MS;
/** And this long is left between making a key and deploying it. */
const TO_DEPLOY_MS = 2 * HOUR_MS;

interface SigningKey {
  kid: string;
  activeFromMs: number;
}

/** The secrets that nobody else gives: made of the system's randomness. */
export function newKeys(
  nowMs: number,
): Record<'MASTER_KEYS' | 'SIGNING_KEYS' | 'OPERATOR_SECRET', string> {
  const id = new Date(nowMs).toISOString().slice(0, 10);
  return {
    MASTER_KEYS: JSON.stringify([{ id, key: randomBytes(32).toString('base64') }]),
    SIGNING_KEYS: JSON.stringify([newSigningKey(nowMs)]),
    OPERATOR_SECRET: `op_${randomBytes(32).toString('base64url')}`,
  };
}

/**
 * The signing keys with one more, which signs in a day and two hours. Those that cannot have signed
 * anything still good are left out. Throws while an earlier rotation is under way.
 */
export function rotated(signingKeys: string, nowMs: number): string {
  const keys = (JSON.parse(signingKeys) as SigningKey[]).toSorted(
    (a, b) => b.activeFromMs - a.activeFromMs,
  );
  const waiting = keys.find(({ activeFromMs }) => activeFromMs > nowMs);
  if (waiting)
    throw new Error(
      `A key is on its way and signs from ${new Date(waiting.activeFromMs).toISOString()}. Rotate after that.`,
    );
  const [current] = keys;
  const isSettled = current !== undefined && nowMs - current.activeFromMs > PUBLISHED_MS;
  const kept = isSettled ? [current] : keys;
  return JSON.stringify([newSigningKey(nowMs + PUBLISHED_MS + TO_DEPLOY_MS), ...kept]);
}

/**
 * What is wrong with deploying these keys over those published now (`published` holds their ids; null
 * when nothing is deployed yet): a key must be public for a day before it signs, and stay for a day after.
 */
export function signingKeyFaults(
  signingKeys: string,
  published: readonly string[] | null,
  nowMs: number,
): string[] {
  const keys = JSON.parse(signingKeys) as SigningKey[];
  const active = keys.filter(({ activeFromMs }) => activeFromMs <= nowMs);
  if (active.length === 0) return ['SIGNING_KEYS: no key signs yet.'];
  if (published === null) return [];
  const early = keys.filter(
    ({ kid, activeFromMs }) => !published.includes(kid) && activeFromMs < nowMs + PUBLISHED_MS,
  );
  const isKnown = active.some(({ kid }) => published.includes(kid));
  return [
    ...early.map(
      ({ kid }) =>
        `SIGNING_KEYS: ${kid} is not published yet and would sign within a day. Take it out, and "npm run deploy -- rotate".`,
    ),
    ...(isKnown
      ? []
      : [
          'SIGNING_KEYS: holds none of the keys that sign now. Every session would end; put it back.',
        ]),
  ];
}

function newSigningKey(activeFromMs: number): object {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const kid = `${new Date(activeFromMs).toISOString().slice(0, 10)}-${randomBytes(4).toString('hex')}`;
  return { ...privateKey.export({ format: 'jwk' }), kid, activeFromMs };
}
