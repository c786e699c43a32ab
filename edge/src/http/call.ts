import type { Route } from '@dream/contract/respond';
import type { Context, Hono } from 'hono';
import type { GenericSchema, InferOutput } from 'valibot';
import { noteKeyUse } from '../auth/key-use.client.ts';
import { checkOwner } from '../auth/manager.ts';
import { authenticate, type EnvironmentPrincipal, type Principal } from '../auth/principal.ts';
import type { Deps } from '../deps.ts';
import { guardOf } from '../gate/public-routes.ts';
import { visitorOf } from '../sessions/address.ts';
import { gate } from '../sessions/gate.ts';
import { readBody, readBytes, readQuery } from './body.ts';
import { Fail } from './fail.ts';
import { answerOnce, type RemadeField } from './idempotency.ts';

/** What Hono carries for a request. */
export type AppEnv = {
  Variables: {
    requestId: string;
    nowMs: number;
    /** Who calls, once that is known and they may. */
    principal?: Principal;
    /** Whom the call is about, once that is known. */
    customerId?: string;
    /** Whether a test key, or a session of test mode, opened the call. */
    isPreview?: boolean;
  };
  Bindings: object;
};

type Output<S> = S extends GenericSchema ? InferOutput<S> : undefined;

/** One call of a route: checked input, and who makes it. */
export interface Call<B = undefined, Q = undefined> {
  c: Context<AppEnv>;
  deps: Deps;
  body: B;
  /** The file sent to a route that takes one; empty elsewhere. */
  file: Uint8Array<ArrayBuffer>;
  query: Q;
  /** A path parameter; empty if the path has none of that name. */
  param(name: string): string;
  principal: Principal;
  nowMs: number;
}

type Input = GenericSchema | undefined;

/**
 * Serves a row of the route table: authenticates, refuses developers what is not theirs, counts the
 * attempts of an address where no secret is asked for, checks query and body against the schemas,
 * answers a repeated Idempotency-Key from the first answer, and sends what the handler returns. A field
 * of the answer that is a secret is `remade` for repeats, and not kept.
 */
export function serve<B extends Input, Q extends Input, A extends Input>(
  app: Hono<AppEnv>,
  deps: Deps,
  row: Route<B, Q, A>,
  handler: (call: Call<Output<B>, Output<Q>>) => Promise<Output<A> | Response>,
  remade?: (call: Call<Output<B>, Output<Q>>) => RemadeField,
): void {
  const isPublic = row.auth.includes('pk') || row.auth.includes('none');
  const guard = isPublic ? guardOf(row.method, row.path) : null;
  for (const path of [row.path, ...(row.aliases ?? [])]) {
    app.on(row.method.toUpperCase(), path, async (c) => {
      const nowMs = c.get('nowMs');
      const principal = await authenticate(deps, c.req.raw, row.auth, nowMs);
      c.set('isPreview', 'ref' in principal && principal.ref.mode === 'test');
      if (principal.kind === 'developer') await checkOwner(deps, principal, c.req.param('project'));
      c.set('principal', principal);
      noteKeyUse(c, deps, principal, nowMs);
      const isUnknown = principal.kind === 'pk' || principal.kind === 'none';
      if (isUnknown && guard && 'limit' in guard)
        await gate(deps, guard.limit, visitorOf(c.req.raw));
      const query = readQuery(c, row.query) as Output<Q>;
      const body = (await readBody(c, row.body)) as Output<B>;
      const file = row.upload
        ? await readBytes(c.req.raw, row.upload.maxBytes, 10 * row.upload.maxBytes)
        : new Uint8Array();
      const call = {
        c,
        deps,
        body,
        file,
        query,
        principal,
        nowMs,
        param: (name: string) => c.req.param(name) ?? '',
      };
      const run = async () => {
        const answer = await handler(call);
        return answer instanceof Response
          ? answer
          : c.json(answer as object, (row.status ?? 200) as 200);
      };
      return row.method === 'post' ? answerOnce(call, row, run, remade?.(call)) : run();
    });
  }
}

/** The principal of a route that a key or a session opens. */
export function environmentPrincipal(principal: Principal): EnvironmentPrincipal {
  if (!('ref' in principal)) throw new Fail('key_required');
  return principal;
}
