import type { Route } from '@dream/contract/respond';
import { hashBytes, hashSecret } from '../auth/keys.ts';
import type { Manager } from '../auth/manager.ts';
import type { EnvironmentRef } from '../deps.ts';
import type { Call } from './call.ts';
import { Fail, unwrap } from './fail.ts';

/** Routes whose keys the customers' shards keep. */
const METERED: ReadonlySet<string> = new Set([
  '/api/usage',
  '/api/usage/batch',
  '/api/usage/holds',
  '/api/usage/holds/:hold/settle',
  '/api/usage/holds/:hold/renew',
  '/api/projects/:project/:mode/test-call',
]);

const KEY = /^[\x21-\x7e]{1,200}$/;

/** The Idempotency-Key of a request, or null. Throws `idempotency_key_invalid`. */
export function idempotencyKey(request: Request): string | null {
  const key = request.headers.get('idempotency-key');
  if (key !== null && !KEY.test(key)) throw new Fail('idempotency_key_invalid');
  return key;
}

/** What must be the same for a repeated key to be the same call. */
export function fingerprintOf(...parts: readonly unknown[]): Promise<string> {
  return hashSecret(JSON.stringify(parts));
}

/** A field of an answer that is a secret: it is not kept with the answer, but made again for repeats. */
export interface RemadeField {
  field: string;
  make: (answer: Record<string, unknown>, key: string) => Promise<string>;
}

/**
 * Runs a keyed POST once and answers repeats from its first success. Metered calls keep their keys
 * in the customer's shard instead, and creating a project, which has no environment yet, in the
 * directory.
 */
export async function answerOnce(
  call: Call<unknown, unknown>,
  row: Route,
  run: () => Promise<Response>,
  remade?: RemadeField,
): Promise<Response> {
  const key = idempotencyKey(call.c.req.raw);
  const place = key === null || METERED.has(row.path) ? null : placeOf(call);
  if (key === null || place === null) return run();
  const replies = call.deps.project(place.ref).replies();
  const scope = `${place.principal} ${call.c.req.method} ${call.c.req.path}`;
  const user = ['x-user-id', 'x-user-id-encoding', 'x-user-token'].map((name) =>
    call.c.req.header(name),
  );
  const file = call.file.length === 0 ? [] : [await hashBytes(call.file)];
  const begun = unwrap(
    await replies.begin(scope, key, await fingerprintOf(call.body, user, ...file), call.nowMs),
  );
  if (begun.kind === 'replay') {
    if (row.secretAnswer)
      throw new Fail('already_done', JSON.parse(begun.answer) as Record<string, unknown>);
    return new Response(remade ? await withField(begun.answer, remade, key) : begun.answer, {
      status: begun.status,
      headers: { 'content-type': 'application/json', 'idempotent-replayed': 'true' },
    });
  }
  try {
    const response = await run();
    const answer = row.secretAnswer
      ? JSON.stringify({ id: await idIn(response.clone()) })
      : withoutField(await response.clone().text(), remade);
    await replies.finish(scope, key, response.status, answer);
    return response;
  } catch (error) {
    await replies.release(scope, key);
    throw error;
  }
}

function placeOf(call: Call<unknown, unknown>): { ref: EnvironmentRef; principal: string } | null {
  const { principal } = call;
  if (principal.kind === 'sk') return { ref: principal.ref, principal: 'sk' };
  if (principal.kind === 'session') return { ref: principal.ref, principal: principal.customerId };
  const projectId = call.param('project');
  const mode = call.param('mode');
  if (principal.kind !== 'operator' && principal.kind !== 'developer') return null;
  if (!projectId || (mode !== 'test' && mode !== 'live')) return null;
  return { ref: { projectId, mode }, principal: managerName(principal) };
}

function withoutField(answer: string, remade: RemadeField | undefined): string {
  if (!remade) return answer;
  const { [remade.field]: _, ...kept } = JSON.parse(answer) as Record<string, unknown>;
  return JSON.stringify(kept);
}

async function withField(answer: string, { field, make }: RemadeField, key: string) {
  const kept = JSON.parse(answer) as Record<string, unknown>;
  return JSON.stringify({ ...kept, [field]: await make(kept, key) });
}

/** Whose keys of management calls are told apart. */
export const managerName = ({ kind, developer }: Manager): string =>
  developer === null ? kind : `${kind} ${developer.customerId}`;

/** The id in an answer that holds a secret: of its key, its webhook or its session's customer. */
async function idIn(response: Response): Promise<string | null> {
  type Named = { id: string } | undefined;
  const body: { key: Named; webhook: Named; customer: Named } = await response.json();
  return (body.key ?? body.webhook ?? body.customer)?.id ?? null;
}
