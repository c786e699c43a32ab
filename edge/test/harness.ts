import { exports } from 'cloudflare:workers';

/** A call of the edge and its answer. */
export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of many shapes
  body: any;
}

/** What opens a call, and what it sends. A text as body is sent as it is. */
export interface CallOptions {
  key?: string;
  user?: string;
  body?: object | string;
  headers?: Record<string, string>;
}

export const OPERATOR = 'op_test_secret_of_the_operator';

/** Calls the edge as a client would. */
export async function call(
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<Answer> {
  const headers = new Headers(options.headers);
  if (options.key !== undefined) headers.set('authorization', `Bearer ${options.key}`);
  if (options.user !== undefined) headers.set('x-user-id', options.user);
  const { body } = options;
  if (typeof body === 'object') headers.set('content-type', 'application/json');
  const response = await exports.default.fetch(
    new Request(`https://edge.test${path}`, {
      method,
      headers,
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    }),
  );
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: bodyOf(response.headers, text),
  };
}

/** JSON as what it says; a table, say, as text. */
function bodyOf(headers: Headers, text: string): unknown {
  if (text === '') return null;
  return headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
}

/** An environment of a new project, ready to use. */
export interface TestEnvironment {
  id: string;
  mode: 'test' | 'live';
  pk: string;
  sk: string;
}

/** Calls a management route; throws unless it succeeds. */
export async function manage(method: string, path: string, body?: object): Promise<any> {
  const answer = await call(method, path, { key: OPERATOR, ...(body ? { body } : {}) });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

const metered = (limitUnits: number | null) => [{ kind: 'metered', name: 'requests', limitUnits }];

/** A project with the tiers free (3 requests) and team (unlimited), and a key of one environment. */
export async function createEnvironment(mode: 'test' | 'live' = 'test'): Promise<TestEnvironment> {
  const { project } = await manage('POST', '/api/projects', {
    name: 'Versa',
    ownerEmail: 'ada@example.com',
  });
  const base = `/api/projects/${project.id}/${mode}`;
  await manage('PUT', `${base}/tiers/free`, {
    displayName: 'Free',
    features: metered(3),
    isDefault: true,
  });
  await manage('PUT', `${base}/tiers/big`, {
    displayName: 'Big',
    features: metered(1000),
    rateLimitPerMinute: null,
  });
  await manage('PUT', `${base}/tiers/team`, { displayName: 'Team', features: metered(null) });
  const { secret } = await manage('POST', `${base}/keys`, { name: 'Test' });
  return { id: project.id, mode, pk: project.publishableKeys[mode], sk: secret };
}

/** Connects a sandbox account to an environment, as a developer would. */
export async function connectStripe({ id, mode }: TestEnvironment): Promise<void> {
  const base = `/api/projects/${id}/${mode}/stripe`;
  const { url, state } = await manage('POST', `${base}/start`, {
    redirectUrl: 'http://localhost:5173/stripe',
  });
  const made = await fetch(new URL('/_sandbox/connect', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ mode }),
  });
  const { code } = (await made.json()) as { code: string };
  const { account } = await manage('POST', base, { code, state });
  await manage('POST', `${base}/confirm`, { stripeAccountId: account.stripeAccountId });
}
