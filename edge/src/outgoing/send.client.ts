import { Webhook as Signer } from 'standardwebhooks';

/** How long an endpoint may take to answer. */
const TIMEOUT_MS = 10_000;
/** How much of an answer is read and kept. */
const KEPT_BYTES = 1024;

/** What an endpoint said. `error` is null if it took the event. */
export interface Said {
  responseStatus: number | null;
  responseBody: string | null;
  error: string | null;
}

/**
 * Sends an event to an endpoint, signed with each secret (Standard Webhooks 1.0). Only 2xx is success;
 * a redirect is not followed. Never throws: what goes wrong is said.
 */
export async function send(
  url: string,
  event: { id: string; body: string },
  secrets: readonly string[],
  nowMs: number,
): Promise<Said> {
  const at = new Date(nowMs);
  const signatures = secrets.map((secret) => new Signer(secret).sign(event.id, at, event.body));
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      signal: timeout,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'dream-webhooks',
        'webhook-id': event.id,
        'webhook-timestamp': String(Math.floor(nowMs / 1000)),
        'webhook-signature': signatures.join(' '),
      },
      body: event.body,
    });
  } catch {
    const error = timeout.aborted ? 'No answer within 10 s.' : 'Could not be reached.';
    return { responseStatus: null, responseBody: null, error };
  }
  const { status } = response;
  return {
    responseStatus: status,
    responseBody: await beginningOf(response),
    error: errorOf(status),
  };
}

function errorOf(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  const isRedirect = status >= 300 && status < 400;
  return `Answered ${status}${isRedirect ? ', and redirects are not followed' : ''}.`;
}

/** The beginning of an answer; what comes later is not read. An answer that breaks off says so far. */
async function beginningOf(response: Response): Promise<string | null> {
  if (!response.body) return null;
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  try {
    while (bytes < KEPT_BYTES) {
      const { done, value } = await reader.read();
      if (done) break;
      const chunk = value.subarray(0, KEPT_BYTES - bytes);
      bytes += chunk.byteLength;
      text += decoder.decode(chunk, { stream: true });
    }
    await reader.cancel();
  } catch {
    return text;
  }
  return text;
}
