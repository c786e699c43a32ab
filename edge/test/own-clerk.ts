import { env } from 'cloudflare:workers';
import { call, manage, type TestEnvironment } from './harness.ts';

const { CLERK_API_URL } = env as unknown as { CLERK_API_URL: string };

/** A developer's own Clerk application, and what its owner does there. */
export class OwnClerk {
  readonly secretKey: string;
  readonly webhookSecret = `whsec_${btoa(crypto.randomUUID())}`;

  constructor(mode: 'test' | 'live' = 'test') {
    this.secretKey = `sk_${mode}_own-${crypto.randomUUID()}`;
  }

  /** Calls Clerk's Backend API with the application's key. */
  async backend(method: string, path: string, body?: object): Promise<any> {
    const answer = await fetch(`${CLERK_API_URL}/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${this.secretKey}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    return answer.json();
  }

  /** The users of the application. */
  users(): Promise<any[]> {
    return this.backend('GET', 'users');
  }

  /** From now on the sandbox keeps the application's events, and sends them where nobody listens. */
  async listen(): Promise<void> {
    await fetch(`${CLERK_API_URL}/_sandbox/endpoints`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        id: this.secretKey,
        instance: this.secretKey.slice(3),
        url: 'http://127.0.0.1:9/',
        secret: this.webhookSecret,
      }),
    });
  }

  /** The events of a type so far, oldest first, as they would be sent. */
  async events(type: string): Promise<SentEvent[]> {
    const answer = await fetch(`${CLERK_API_URL}/_sandbox/deliveries`);
    const { deliveries } = await answer.json<{
      deliveries: { endpointId: string; eventId: string; body: string }[];
    }>();
    return deliveries
      .filter(({ endpointId, body }) => endpointId === this.secretKey && typeOf(body) === type)
      .map(({ eventId, body }) => ({ id: eventId, body }));
  }

  /** Gives the application to an environment. */
  connect({ id, mode }: TestEnvironment, webhookSecret?: string): Promise<any> {
    return manage('PUT', `/api/projects/${id}/${mode}/clerk-app`, {
      secretKey: this.secretKey,
      ...(webhookSecret && { webhookSecret }),
    });
  }
}

/** An event with the id it keeps when it is sent again. */
export interface SentEvent {
  id: string;
  body: string;
}

const typeOf = (body: string): string => (JSON.parse(body) as { type: string }).type;

/** Sends an event as Clerk does, signed with `secret` some time ago. */
export async function send(
  path: string,
  { id, body }: SentEvent,
  secret: string,
  agoMs = 0,
): ReturnType<typeof call> {
  const timestamp = Math.floor((Date.now() - agoMs) / 1000);
  const key = await crypto.subtle.importKey(
    'raw',
    Uint8Array.from(atob(secret.slice('whsec_'.length)), (char) => char.charCodeAt(0)),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, signed));
  return call('POST', path, {
    body,
    headers: {
      'content-type': 'application/json',
      'svix-id': id,
      'svix-timestamp': String(timestamp),
      'svix-signature': `v1,${btoa(String.fromCharCode(...mac))}`,
    },
  });
}
