import { Fail } from '../../http/fail.ts';

/** How long Cloudflare may take; then the call fails as one that may be tried again. */
const TIMEOUT_MS = 5_000;

/** What Cloudflare says of a token: a person's, not a person's, or that it does not know our key. */
export type Verdict = 'passed' | 'failed' | 'unknown_key';

/**
 * Asks Cloudflare Turnstile about a token, which uses it up. Throws `provider_unavailable` when there
 * is no answer in time, or one that says nothing.
 * Source: Cloudflare Turnstile docs, "Validate the token".
 */
export async function verifyTurnstile(
  baseUrl: string,
  secretKey: string,
  token: string,
  address: string | null,
): Promise<Verdict> {
  const answer = await ask(`${baseUrl}/turnstile/v0/siteverify`, {
    secret: secretKey,
    response: token,
    ...(address === null ? {} : { remoteip: address }),
  });
  if (answer.success === true) return 'passed';
  const codes = answer['error-codes'] ?? [];
  if (codes.includes('invalid-input-secret')) return 'unknown_key';
  if (answer.success !== false || codes.includes('internal-error'))
    throw new Fail('provider_unavailable');
  return 'failed';
}

async function ask(
  url: string,
  body: object,
): Promise<{ success?: boolean; 'error-codes'?: readonly string[] }> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return await answer.json();
  } catch {
    throw new Fail('provider_unavailable');
  }
}

/** Whether a secret key is one of those Cloudflare publishes for tests: they take any token. */
export const isTestKey = (secretKey: string): boolean => /^[123]x0{20,}/.test(secretKey);
