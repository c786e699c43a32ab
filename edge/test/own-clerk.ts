import { env } from 'cloudflare:workers';
import { manage, type TestEnvironment } from './harness.ts';

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

  /** Gives the application to an environment. */
  connect({ id, mode }: TestEnvironment, webhookSecret?: string): Promise<any> {
    return manage('PUT', `/api/projects/${id}/${mode}/clerk-app`, {
      secretKey: this.secretKey,
      ...(webhookSecret && { webhookSecret }),
    });
  }
}
