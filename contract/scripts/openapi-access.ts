import type { Auth, Route } from '../src/respond.ts';

type Json = Record<string, unknown>;

/** The schemes a call may be opened with, as OpenAPI writes them. */
export const SECURITY_SCHEMES: Json = {
  secretKey: {
    type: 'http',
    scheme: 'bearer',
    description: 'A secret key, sk_…, from your server only.',
  },
  publishableKey: {
    type: 'apiKey',
    in: 'query',
    name: 'pk',
    description: 'A publishable key, pk_…. In live mode it works on the listed origins only.',
  },
  accessToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'The access token of a signed-in customer.',
  },
  userId: {
    type: 'apiKey',
    in: 'header',
    name: 'X-User-Id',
    description: 'The customer a call is about: a cust_… id, or your own id.',
  },
  userToken: {
    type: 'apiKey',
    in: 'header',
    name: 'X-User-Token',
    description: 'The customer a call is about, by an access token.',
  },
  developerToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'The access token of a developer signed in to the dashboard.',
  },
  operatorSecret: {
    type: 'http',
    scheme: 'bearer',
    description: 'The operator secret of the deployment.',
  },
};

/** Each way of calling: any one entry opens the route, with all the schemes it names. */
export const SECURITY: Record<Auth, Record<string, never[]>[]> = {
  sk: [{ secretKey: [] }],
  pk: [{ publishableKey: [] }],
  session: [{ accessToken: [] }],
  user: [
    { secretKey: [], userId: [] },
    { secretKey: [], userToken: [] },
  ],
  developer: [{ developerToken: [] }],
  operator: [{ operatorSecret: [] }],
  none: [],
};

/** Optional headers, by the name `headersOf` refers to them. */
export const HEADERS: Json = {
  IdempotencyKey: header(
    'Idempotency-Key',
    'Makes the call safe to repeat for 24 h. A random id, made once for each operation.',
    { type: 'string', pattern: '^[\\x21-\\x7e]{1,200}$' },
  ),
  XEnv: header('X-Env', 'The mode you expect. It must agree with the key.', {
    enum: ['test', 'live'],
  }),
  XUserPlan: header(
    'X-User-Plan',
    'The plan of a customer without a live subscription and without a plan that was set.',
    { type: 'string' },
  ),
  XUserIdEncoding: header('X-User-Id-Encoding', 'X-User-Id is percent-encoded.', {
    const: 'percent',
  }),
};

function header(name: string, description: string, schema: Json): Json {
  return { name, in: 'header', required: false, description, schema };
}

/** The optional headers of a route. */
export function headersOf(row: Route): Json[] {
  const isKeyed = row.auth.some((way) => !['none', 'operator', 'developer'].includes(way));
  const names = [
    ...(row.errors.includes('idempotency_key_invalid') ? ['IdempotencyKey'] : []),
    ...(isKeyed ? ['XEnv'] : []),
    ...(row.auth.includes('user') ? ['XUserIdEncoding'] : []),
    ...(row.path === '/api/usage' && row.method === 'post' ? ['XUserPlan'] : []),
  ];
  return names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
}
