/** A call of Clerk's Frontend API as it may be passed on. */
export interface ProxiedCall {
  method: string;
  path: string;
  search: string;
  /** The attempt that is asked to mail a code, by its path; null for every other call. */
  codeOf: string | null;
}

/** What the sign-in on a page needs of Clerk's Frontend API, and nothing more. Never `/v1/me`. */
const ALLOWED: readonly [method: string, path: RegExp][] = [
  ['GET', /^\/v1\/environment$/],
  ['GET', /^\/v1\/client$/],
  ['POST', /^\/v1\/client\/sign_(ups|ins)$/],
  ['GET', /^\/v1\/client\/sign_(ups|ins)\/\w+$/],
  ['POST', /^\/v1\/client\/sign_ups\/\w+\/(prepare|attempt)_verification$/],
  ['POST', /^\/v1\/client\/sign_ins\/\w+\/(prepare|attempt)_first_factor$/],
  ['POST', /^\/v1\/client\/sessions\/\w+\/(touch|end|remove)$/],
  ['DELETE', /^\/v1\/client\/sessions$/],
];

const ATTEMPTS = '/v1/client/sign_';
const PREPARE = /^(\/v1\/client\/sign_(?:ups|ins)\/\w+)\/prepare_\w+$/;
const STEP = /\/(prepare|attempt)_\w+$/;

/**
 * What a page may say of an attempt. No `password` and no `ticket`: Clerk would try one, also
 * unasked, and a page could guess past the limit of `POST /api/sessions/password`.
 */
const FIELDS = new Set([
  'email_address',
  'identifier',
  'first_name',
  'last_name',
  'locale',
  'captcha_token',
  'captcha_widget_type',
  'captcha_action',
  'captcha_error',
  'strategy',
  'email_address_id',
  'code',
]);

const KEPT_PARAMETERS = ['__clerk_api_version', '_clerk_js_version', '_clerk_session_id'];

/**
 * The call a page's request stands for, or null when no page may make it. clerk-js writes PATCH and
 * DELETE as POST with `_method`: what a call means is decided by it, not by how it was sent. Clerk
 * may read a field that comes twice, or a parameter of the query, otherwise than we: both are
 * refused or dropped. A code is mailed by `prepare_…` with `email_code` and by nothing else, and the
 * address of an attempt never changes: a code goes to the one it was counted for.
 */
export function proxiedCall(
  sentMethod: string,
  path: string,
  query: URLSearchParams,
  form: URLSearchParams,
): ProxiedCall | null {
  const names = [...form.keys()];
  if (form.has('_method') || new Set(names).size !== names.length) return null;
  const method = meantMethod(sentMethod, query.getAll('_method'));
  if (!ALLOWED.some(([allowed, pattern]) => allowed === method && pattern.test(path))) return null;
  if (path.startsWith(ATTEMPTS) && !names.every((name) => FIELDS.has(name))) return null;
  if (form.get('strategy') !== (STEP.test(path) ? 'email_code' : null)) return null;
  const codeOf = PREPARE.exec(path)?.[1] ?? null;
  const kept = new URLSearchParams({ _is_native: '1' });
  for (const name of KEPT_PARAMETERS) {
    const value = query.get(name);
    if (value !== null) kept.set(name, value);
  }
  return { method, path, search: `?${kept}`, codeOf };
}

function meantMethod(sent: string, overrides: readonly string[]): string {
  const [override, ...more] = overrides;
  if (override === undefined) return sent;
  return sent === 'POST' && more.length === 0 ? override : '';
}

/**
 * The address a code of this attempt would go to, from Clerk's answer about it: what a sign-up
 * gave, or what a sign-in named. Null when there is none, or when it could be another.
 */
export function codeAddress(answer: unknown): string | null {
  const { response } = answer as {
    response?: {
      email_address?: unknown;
      identifier?: unknown;
      supported_first_factors?: readonly { strategy: string }[] | null;
    };
  };
  const codes = response?.supported_first_factors?.filter(
    ({ strategy }) => strategy === 'email_code',
  );
  if (codes && codes.length !== 1) return null;
  const address = codes ? response?.identifier : response?.email_address;
  return typeof address === 'string' && address.includes('@') ? address.trim().toLowerCase() : null;
}
