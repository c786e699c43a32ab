import { verifyWebhook } from '@clerk/backend/webhooks';

/** What an event of Clerk is about; `null` for one that means nothing to us. */
export type ClerkSubject =
  /** Somebody was changed, banned or deleted: what is true now is to be asked. */
  | { kind: 'user'; clerkUserId: string }
  /** A session was ended by the application's owner. */
  | { kind: 'revoked'; clerkUserId: string; clerkSessionId: string };

/** A well-signed event. The id is the same when it is sent again. */
export interface ClerkEvent {
  id: string;
  subject: ClerkSubject | null;
}

/** The event in a webhook, if `signingSecret` signed it in the last 5 minutes; else null. */
export async function verifyClerkEvent(
  headers: Headers,
  body: string,
  signingSecret: string,
): Promise<ClerkEvent | null> {
  try {
    const request = new Request('https://webhook.invalid/', { method: 'POST', headers, body });
    const event = await verifyWebhook(request, { signingSecret });
    return { id: headers.get('svix-id') ?? '', subject: subjectOf(event) };
  } catch {
    return null;
  }
}

function subjectOf({ type, data }: { type: string; data: object }): ClerkSubject | null {
  const { id, user_id } = data as { id?: unknown; user_id?: unknown };
  if (typeof id !== 'string') return null;
  if (type === 'user.updated' || type === 'user.deleted') return { kind: 'user', clerkUserId: id };
  if (type === 'session.revoked' && typeof user_id === 'string')
    return { kind: 'revoked', clerkUserId: user_id, clerkSessionId: id };
  return null;
}
