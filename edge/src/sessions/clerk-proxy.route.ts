import type { Hono } from 'hono';
import { originAllowed, originRefused } from '../auth/origin.ts';
import { parseKey } from '../auth/keys.ts';
import { environmentOf } from '../auth/principal.ts';
import { checkBot } from '../bots/bot-check.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { MAX_BODY_BYTES, readText } from '../http/body.ts';
import type { AppEnv } from '../http/call.ts';
import { Fail } from '../http/fail.ts';
import { addressOf, visitorOf } from './address.ts';
import { askClerk } from './clerk-request.client.ts';
import { gate, gateCode } from './gate.ts';
import { withoutProfile } from './profile.ts';
import { provedBy } from './proof.ts';
import { codeAddress, proxiedCall } from './proxied-call.ts';
import { scrubbed } from './scrub.ts';
import { seal, unseal } from './seal.ts';

const KEPT_HEADERS = ['accept', 'accept-language', 'user-agent'];
const FORM = 'application/x-www-form-urlencoded';

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
      throw originRefused(origin, environment);
    const path = url.pathname.slice(`/__clerk/${c.req.param('pk')}`.length);
    await gate(deps, 'address', visitorOf(request));
    const form = await readForm(request);
    const called = proxiedCall(request.method, path, url.searchParams, form);
    if (!called) throw new Fail('proxy_path_not_allowed');

    if (called.codeOf) await checkBot(deps, ref, environment, request);
    const sealed = request.headers.get('authorization');
    const token = sealed ? await unseal(deps.config, ref, origin, sealed) : null;
    const address = addressOf(request);
    const refusal = called.codeOf && (await limitCodes(deps, ref, called.codeOf, token, request));
    const answer =
      refusal ||
      (await askClerk((await deps.clerk.for(ref)).app, {
        method: called.method,
        path: called.path,
        search: called.search,
        token,
        body: form.toString(),
        headers: keptHeaders(request),
        address,
      }));
    return pageAnswer(deps, ref, origin, path, answer);
  });
}

/** The form a page sends, as the one thing that both we and Clerk read. */
async function readForm(request: Request): Promise<URLSearchParams> {
  if (request.method !== 'POST') return new URLSearchParams();
  const body = await readText(request, MAX_BODY_BYTES);
  const type = request.headers.get('content-type') ?? '';
  if (body !== '' && type.split(';')[0]?.trim().toLowerCase() !== FORM)
    throw new Fail('unsupported_media_type', { contentType: type.slice(0, 100) });
  return new URLSearchParams(body);
}

/**
 * A mailed code costs somebody's patience: few an hour for an address, over all projects, of which one
 * visitor gets a part; for a visitor who asks, and for a project. It is counted when one is about to be sent, by the address
 * Clerk itself has for the attempt. Answers Clerk's refusal to show the attempt, if it does.
 */
async function limitCodes(
  deps: Deps,
  ref: EnvironmentRef,
  attempt: string,
  token: string | null,
  request: Request,
): Promise<Response | null> {
  const answer = await askClerk((await deps.clerk.for(ref)).app, {
    method: 'GET',
    path: attempt,
    search: '?_is_native=1',
    token,
    address: addressOf(request),
  });
  if (!answer.ok) return answer;
  const email = codeAddress(await answer.json());
  if (email === null) throw new Fail('proxy_path_not_allowed');
  const isTestAddress = ref.mode === 'test' && /\+clerk_test@/.test(email);
  if (isTestAddress) return null;
  // The narrowest first: what one address is refused costs the others nothing.
  await gateCode(deps, email, visitorOf(request));
  await gate(deps, 'codesAsked', visitorOf(request));
  await gate(deps, 'codesOfProject', `${ref.projectId}:${ref.mode}`);
  return null;
}

function keptHeaders(request: Request): Record<string, string> {
  const kept: Record<string, string> = request.method === 'POST' ? { 'content-type': FORM } : {};
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
      email: proved.email,
      provedAtMs: deps.nowMs(),
    });
  }
  return new Response(JSON.stringify(scrubbed(withoutProfile(body))), {
    status: answer.status,
    headers,
  });
}
