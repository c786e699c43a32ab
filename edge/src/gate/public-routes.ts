/**
 * What keeps a flood off a route that opens without a secret: a limit for each network address, or
 * the reason why it needs none.
 */
export type Guard = { limit: 'address' } | { unlimited: string };

const BY_ADDRESS: Guard = { limit: 'address' };
const FROM_MEMORY: Guard = {
  unlimited: 'Answered from what the isolate knows of the environment, asked for once in 10 s.',
};
const SIGNED: Guard = {
  unlimited: 'Events come in bursts, and the signature is checked before anything is touched.',
};
const CONSTANT: Guard = { unlimited: 'Text that the Worker holds; no object is asked.' };

const FILES: Guard = {
  unlimited:
    'One read of the bucket, for a name this edge can have made; a page shows many at once.',
};

/** Every route that a publishable key or nothing at all opens. */
const PUBLIC_ROUTES: Readonly<Record<string, Guard>> = {
  'POST /api/sessions/exchange': BY_ADDRESS,
  'POST /api/sessions/password': BY_ADDRESS,
  'POST /api/sessions/refresh': BY_ADDRESS,
  'POST /api/sessions/end': BY_ADDRESS,
  'GET /api/live': BY_ADDRESS,
  'ALL /__clerk/:pk/*': BY_ADDRESS,
  'POST /oauth/begin': BY_ADDRESS,
  'GET /oauth/landed': BY_ADDRESS,
  'POST /api/oauth/result': BY_ADDRESS,
  'GET /health': BY_ADDRESS,
  'POST /api/cart/checkout': BY_ADDRESS,
  'POST /api/cart/confirm': BY_ADDRESS,
  'GET /api/bootstrap': FROM_MEMORY,
  'GET /api/tiers': FROM_MEMORY,
  'GET /api/products': FROM_MEMORY,
  'POST /webhook/stripe': SIGNED,
  'POST /webhook/clerk': SIGNED,
  'POST /webhook/clerk/:project': SIGNED,
  'POST /webhook/clerk/:project/:mode': SIGNED,
  'GET /.well-known/jwks.json': CONSTANT,
  'GET /docs/openapi.json': CONSTANT,
  'GET /docs/*': CONSTANT,
  'GET /llms.txt': CONSTANT,
  'GET /llms-full.txt': CONSTANT,
  'GET /oauth/start': CONSTANT,
  'GET /content/:project/:mode/:file': FILES,
};

/** The guard of a public route, by its method and path. Throws for one that was given none. */
export function guardOf(method: string, path: string): Guard {
  const guard = PUBLIC_ROUTES[`${method.toUpperCase()} ${path}`];
  if (!guard)
    throw new Error(`${method.toUpperCase()} ${path} is public: give it a row in public-routes.ts`);
  return guard;
}
