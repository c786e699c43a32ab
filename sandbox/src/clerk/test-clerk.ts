import { createClock, type Clock } from '../core/clock.ts';
import { listen } from '../core/server.ts';
import { createStore } from '../core/store.ts';
import { createClerkSandbox } from './app.ts';

/** A sandbox on a port of its own, for tests. */
export interface TestClerk {
  url: string;
  clock: Clock;
  idle(): Promise<void>;
  /** Calls the control API and gives its JSON. */
  control(method: string, path: string, body?: object): Promise<Record<string, unknown>>;
  /** The newest code sent to an address. */
  codeFor(email: string): Promise<string>;
  close(): Promise<void>;
}

/** Starts a sandbox on a free port; with a file it finds the state of the one before it. */
export async function startTestClerk(file?: string): Promise<TestClerk> {
  const store = createStore(file ? { file } : {});
  const clock = createClock(store);
  let url = '';
  const sandbox = createClerkSandbox({ store, clock, baseUrl: () => url });
  const server = await listen(sandbox.app, 0);
  url = server.url;
  return {
    url,
    clock,
    idle: () => sandbox.idle(),
    async control(method, path, body) {
      const answer = await fetch(`${url}/_sandbox/${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      return (await answer.json()) as Record<string, unknown>;
    },
    async codeFor(email) {
      const answer = await fetch(`${url}/inbox.json?email=${encodeURIComponent(email)}`);
      const { letters } = (await answer.json()) as { letters: { code: string }[] };
      const code = letters[0]?.code;
      if (!code) throw new Error(`No code was sent to ${email}.`);
      return code;
    },
    async close() {
      sandbox.stop();
      await server.close();
      await store.close();
    },
  };
}

/** An answer of the Frontend API, as far as tests look at it. */
interface FrontendAnswer {
  status: number;
  headers: Headers;
  // The shapes of a foreign API, read by hand.
  body: any;
  /** The code of the first error, or null. */
  error: string | null;
}

/** A native client: keeps the token of the `Authorization` header and sends it back. */
interface NativeClient {
  token: string;
  send(method: string, path: string, form?: Record<string, string>): Promise<FrontendAnswer>;
  /** Signs up with an address; for a `+clerk_test` address unless a code is given. */
  signUp(email: string, extra?: Record<string, string>): Promise<FrontendAnswer>;
}

/** A native client of an instance, new to it. */
export function nativeClient(url: string, instance = 'test_endusers'): NativeClient {
  const client: NativeClient = {
    token: '',
    async send(method, path, form) {
      const target = new URL(`${url}/fapi/${instance}${path}`);
      target.searchParams.set('_is_native', '1');
      if (method !== 'GET' && method !== 'POST') target.searchParams.set('_method', method);
      const response = await fetch(target, {
        method: method === 'GET' ? 'GET' : 'POST',
        headers: { authorization: client.token },
        ...(form ? { body: new URLSearchParams(form) } : {}),
      });
      client.token = response.headers.get('authorization') ?? client.token;
      const body: FrontendAnswer['body'] = await response.json();
      const { status, headers } = response;
      return { status, headers, body, error: body?.errors?.[0]?.code ?? null };
    },
    async signUp(email, extra = {}) {
      const created = await client.send('POST', '/v1/client/sign_ups', {
        email_address: email,
        strategy: 'email_code',
        ...extra,
      });
      if (created.error) return created;
      const path = `/v1/client/sign_ups/${created.body.response.id}/attempt_verification`;
      return client.send('POST', path, { strategy: 'email_code', code: '424242' });
    },
  };
  return client;
}
