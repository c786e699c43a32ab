import { createClock, type Clock } from '../core/clock.ts';
import { listen } from '../core/server.ts';
import { createStore } from '../core/store.ts';
import { createClerkSandbox } from './app.ts';
import { type Answer, openReferee } from './referee.ts';

/** A sandbox on a port of its own, for tests. */
export interface TestClerk {
  url: string;
  clock: Clock;
  idle(): Promise<void>;
  /** Calls the control API and gives its JSON. */
  control(method: string, path: string, body?: object): Promise<Record<string, unknown>>;
  /** The newest code sent to an address. */
  codeFor(email: string): Promise<string>;
  /** Stops it; throws when an answer was not as Clerk describes it (see `referee.ts`). */
  close(): Promise<void>;
}

/**
 * Starts a sandbox on a free port; with a file it finds the state of the one before it. Every
 * answer is held against Clerk's descriptions, after `spoil` changed it, where they are there.
 */
export async function startTestClerk(
  file?: string,
  spoil: (answer: Answer) => Answer = (answer) => answer,
): Promise<TestClerk> {
  const store = createStore(file ? { file } : {});
  const clock = createClock(store);
  let url = '';
  const sandbox = createClerkSandbox({ store, clock, baseUrl: () => url });
  const referee = openReferee();
  const faults = new Set<string>();
  const judged = async (request: Request, ...rest: unknown[]) => {
    const response = await sandbox.app.fetch(request, ...(rest as []));
    const answer = referee && (await answerOf(request, response));
    const fault = answer && referee.judge(spoil(answer));
    if (fault) faults.add(fault);
    return response;
  };
  const server = await listen({ fetch: judged }, 0);
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
      if (faults.size > 0) throw new Error([...faults].join('\n'));
    },
  };
}

/** An answer as the referee wants it; null for what is no answer of one of Clerk's APIs. */
async function answerOf(request: Request, response: Response): Promise<Answer | null> {
  const url = new URL(request.url);
  const [, frontend] = /^\/fapi\/[^/]+(\/.*)$/.exec(url.pathname) ?? [];
  const [, backend] = /^\/v1(\/.*)$/.exec(url.pathname) ?? [];
  const path = frontend ?? backend;
  if (!path || request.method === 'OPTIONS' || !response.body) return null;
  const json = response.headers.get('content-type')?.startsWith('application/json');
  const body: FrontendAnswer['body'] = json ? await response.clone().json() : null;
  // The description of a list has its bare form only; the SDK asks for pages of it.
  const paged = backend && response.ok && url.searchParams.get('paginated') === 'true';
  return {
    api: frontend ? 'frontend' : 'backend',
    method: url.searchParams.get('_method') ?? request.method,
    path,
    status: response.status,
    body: paged ? body.data : body,
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
