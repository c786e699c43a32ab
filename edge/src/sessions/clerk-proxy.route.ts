import type { Hono } from 'hono';
import { originAllowed } from '../auth/origin.ts';
import { parseKey } from '../auth/keys.ts';
import { environmentOf } from '../auth/principal.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { MAX_BODY_BYTES, readText } from '../http/body.ts';
import type { AppEnv } from '../http/call.ts';
import { Fail } from '../http/fail.ts';
import { addressOf } from './address.ts';
import { askClerk } from './clerk-request.client.ts';
import { gate } from './gate.ts';
import { provedBy } from './proof.ts';
import { scrubbed } from './scrub.ts';
import { seal, unseal } from './seal.ts';

/** What the sign-in on a page needs of Clerk's Frontend API, and nothing more. Never `/v1/me`. */
const ALLOWED: readonly [method: string, path: RegExp][] = [
  ['GET', /^\/v1\/environment$/],
  ['GET', /^\/v1\/client$/],
  ['POST', /^\/v1\/client\/sign_(ups|ins)$/],
  ['GET', /^\/v1\/client\/sign_(ups|ins)\/\w+$/],
  ['POST', /^\/v1\/client\/sign_ups\/\w+(\/(prepare|attempt)_verification)?$/],
  ['POST', /^\/v1\/client\/sign_ins\/\w+\/(prepare|attempt)_first_factor$/],
  ['POST', /^\/v1\/client\/sessions\/\w+\/(touch|end|remove)$/],
  ['POST', /^\/v1\/client\/sessions$/],
];

const KEPT_HEADERS = ['content-type', 'accept', 'accept-language', 'user-agent'];

/** Clerk's Frontend API for pages of one project: cleaned, sealed, and watched for what it proves. */
export function clerkProxyRoutes(app: Hono<AppEnv>, deps: Deps): void {
  app.all('/__clerk/:pk/*', async (c) => {
    const request = c.req.raw;
    const url = new URL(request.url);
    const key = parseKey(c.req.param('pk'));
    if (key?.kind !== 'pk') throw new Fail('key_invalid');
    const ref: EnvironmentRef = { projectId: key.projectId, mode: key.mode };
    const environment = await environmentOf(deps, key, c.get('nowMs'));
    const origin = request.headers.get('origin') ?? '';
    if (!originAllowed(origin, ref.mode, environment.origins))
      throw new Fail('origin_not_allowed', { origin });
    const path = url.pathname.slice(`/__clerk/${c.req.param('pk')}`.length);
    if (!ALLOWED.some(([method, pattern]) => method === request.method && pattern.test(path)))
      throw new Fail('proxy_path_not_allowed');
    await gate(deps, 'address', addressOf(request));

    const body = request.method === 'POST' ? await readText(request, MAX_BODY_BYTES) : '';
    const form = new URLSearchParams(body);
    await limitCodes(deps, ref, path, form);
    const sealed = request.headers.get('authorization');
    const token = sealed ? await unseal(deps.config, ref, origin, sealed) : null;
    const answer = await askClerk(deps.clerk.for(ref).app, {
      method: request.method,
      path,
      search: url.search,
      token,
      body,
      headers: keptHeaders(request),
      address: addressOf(request),
    });
    return pageAnswer(deps, ref, origin, path, answer);
  });
}

/** A mailed code costs somebody's patience: three an hour for an address, over all projects. */
async function limitCodes(
  deps: Deps,
  ref: EnvironmentRef,
  path: string,
  form: URLSearchParams,
): Promise<void> {
  const email = (form.get('email_address') ?? form.get('identifier'))?.trim().toLowerCase();
  if (!email || !/\/sign_(ups|ins)$/.test(path)) return;
  const isTestAddress = ref.mode === 'test' && /\+clerk_test@/.test(email);
  if (!isTestAddress) await gate(deps, 'codes', email);
}

function keptHeaders(request: Request): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = request.headers.get(name);
    if (value !== null) kept[name] = value;
  }
  return kept;
}

/** Clerk's answer as the page gets it; what it proves is written down first. */
async function pageAnswer(
  deps: Deps,
  ref: EnvironmentRef,
  origin: string,
  path: string,
  answer: Response,
): Promise<Response> {
  const headers = new Headers({ 'content-type': 'application/json', 'cache-control': 'no-store' });
  const retryAfter = answer.headers.get('retry-after');
  if (retryAfter !== null) headers.set('retry-after', retryAfter);
  const token = answer.headers.get('authorization');
  if (token)
    headers.set('authorization', await seal(deps.config, ref, origin, token, deps.random(12)));
  const body: unknown = await answer.json().catch(() => {
    throw new Fail('provider_unavailable');
  });
  const proved = answer.ok ? provedBy(path, body) : null;
  if (proved) {
    await deps.project(ref).identity().recordProof({
      clerkSessionId: proved.clerkSessionId,
      provider: 'email',
      subject: proved.email,
      provedAtMs: deps.nowMs(),
    });
  }
  return new Response(JSON.stringify(scrubbed(body)), { status: answer.status, headers });
}
