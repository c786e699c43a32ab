import type { IncomingMessage } from 'node:http';
import { type Dream, DreamError } from 'dream-api';
import type { Answer } from './answer.ts';
import { isTheme, poemOf, THEMES } from './poem.ts';

const LONGEST_BODY_BYTES = 1_000;

/**
 * Writes one poem for the signed-in customer, and counts it. The same Idempotency-Key is counted
 * once and gives the same poem, so a lost answer may be asked for again.
 */
export async function writePoem(
  request: IncomingMessage,
  dream: Dream,
  publishableKey: string,
): Promise<Answer> {
  const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (!token) return no(401, 'Please sign in, and your poem will be written.');
  const theme = themeOf(await bodyOf(request));
  if (!theme) return no(400, `Choose one of these themes: ${THEMES.join(', ')}.`);
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string' || !/^[\w-]{8,64}$/.test(key))
    return no(400, 'Send an Idempotency-Key of 8 to 64 letters, digits, - or _.');
  try {
    const who = await dream.verifyToken(token, { publishableKey });
    if (!who.valid) return no(401, 'Your sign-in has run out. Please sign in again.');
    // Customer and theme are part of it, so a key sent again can only win the poem it was counted for.
    const intention = `${who.customerId}:${theme}:${key}`;
    const use = await dream.usage.track({
      customer: who.customerId,
      idempotencyKey: intention,
    });
    return use.allowed ? { status: 200, body: { poem: poemOf(theme, intention) } } : refusal(use);
  } catch (error) {
    return troubleOf(error);
  }
}

type Refused = Extract<Awaited<ReturnType<Dream['usage']['track']>>, { allowed: false }>;

function refusal({ code, limit, retryAfterMs }: Refused): Answer {
  if (code === 'rate_limited') {
    const seconds = Math.max(1, Math.ceil((retryAfterMs ?? 0) / 1000));
    const body = { error: 'The ink needs a moment to dry. Please try again shortly.', limit };
    return { status: 429, body, headers: { 'retry-after': String(seconds) } };
  }
  const error =
    code === 'limit_reached'
      ? 'You have written every poem your plan holds for now.'
      : 'Your plan has no poems in it yet.';
  return { status: 403, body: { error, limit } };
}

/** Only what the reader can wait out is told as such; a mistake of ours is thrown on. */
function troubleOf(error: unknown): Answer {
  if (!(error instanceof DreamError)) throw error;
  if (error.code === 'customer_not_found')
    return no(401, 'This account is no longer there. Please sign up again.');
  if (error.status === 0 || error.status === 429 || error.status >= 500)
    return no(503, 'The muse cannot be reached just now. Nothing was counted twice; try again.');
  throw error;
}

const no = (status: number, error: string): Answer => ({ status, body: { error } });

function themeOf(text: string | null) {
  try {
    const body: unknown = JSON.parse(text ?? '');
    const theme = typeof body === 'object' && body !== null && 'theme' in body ? body.theme : null;
    return isTheme(theme) ? theme : null;
  } catch {
    return null;
  }
}

/** Null for a body longer than any good one; it is read to its end, so that an answer can arrive. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= LONGEST_BODY_BYTES) chunks.push(chunk);
  }
  return bytes > LONGEST_BODY_BYTES ? null : Buffer.concat(chunks).toString('utf8');
}
