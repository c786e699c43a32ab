import type { TestCall, Usage } from '@dream/contract';

/** The call as a server sends it, with a place for its key. `baseUrl` is the edge's. */
export function callText(baseUrl: string, feature: string, idempotencyKey: string): string {
  const { host, pathname } = new URL(`${baseUrl}/api/usage`);
  return `POST ${pathname} HTTP/1.1
Host: ${host}
Authorization: Bearer sk_test_…
X-User-Id: test_call
Idempotency-Key: ${idempotencyKey}
Content-Type: application/json

${JSON.stringify({ feature })}`;
}

/** What an answer means for whoever made the call. */
export function outcomeWords({ status, body }: TestCall): string {
  const usage = body.usage as Usage | undefined;
  if (usage?.wouldRefuse !== undefined)
    return `Counted, and in force it would be refused: ${usage.wouldRefuse}.`;
  if (usage?.remaining === 'unlimited')
    return `Allowed and counted: ${usage.count.toLocaleString()} used, without a limit.`;
  if (usage)
    return `Allowed and counted: ${usage.count.toLocaleString()} used, ${usage.remaining.toLocaleString()} left on ${usage.plan}.`;
  const message = typeof body.message === 'string' ? body.message : '';
  return status === 403 || status === 429
    ? `Refused, and nothing was counted. Your server stops here. ${message}`
    : `Not counted. ${message}`;
}
