import type { ClerkKeys } from '../env.ts';
import { Fail } from '../http/fail.ts';
import { CLERK_TIMEOUT_MS } from '../providers/clerk/in-time.ts';

/** A call of Clerk's Frontend API, made anew: nothing of the page's request but what is named here. */
export interface ClerkRequest {
  method: string;
  path: string;
  search: string;
  token: string | null;
  body?: string;
  headers?: Readonly<Record<string, string>>;
  address?: string;
}

/** Asks Clerk's Frontend API. Throws `provider_unavailable` when it does not answer in time. */
export async function askClerk(app: ClerkKeys, request: ClerkRequest): Promise<Response> {
  const headers = new Headers(request.headers);
  if (request.token) headers.set('authorization', request.token);
  // Production instances let a proxy name the visitor, if it can show the secret key.
  if (app.secretKey.startsWith('sk_live_') && request.address) {
    headers.set('clerk-secret-key', app.secretKey);
    headers.set('x-forwarded-for', request.address);
  }
  try {
    const answer = await fetch(`${app.frontendUrl}${request.path}${request.search}`, {
      method: request.method,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(CLERK_TIMEOUT_MS),
      ...(request.body ? { body: request.body } : {}),
    });
    if (answer.status >= 500) throw new Fail('provider_unavailable');
    return answer;
  } catch {
    throw new Fail('provider_unavailable');
  }
}
