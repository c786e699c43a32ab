import type { GenericSchema } from 'valibot';
import type { ErrorCode } from './errors.ts';

/**
 * Who may call a route. `sk`: a secret key. `pk`: a publishable key, from a listed origin in live
 * mode. `session`: a customer's access token. `user`: a secret key together with `X-User-Id` or
 * `X-User-Token`. For the management routes, `developer`: an access token of the platform's own live
 * project, for the projects of that customer's account; `operator`: the operator secret, or the token
 * of an operator. `none`: anybody.
 */
export type Auth = 'sk' | 'pk' | 'session' | 'user' | 'developer' | 'operator' | 'none';

/** One row of the route table: everything a caller, the edge and the documentation need to know. */
export interface Route<
  Body extends GenericSchema | undefined = GenericSchema | undefined,
  Query extends GenericSchema | undefined = GenericSchema | undefined,
  Answer extends GenericSchema | undefined = GenericSchema | undefined,
> {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Hono path: `:name` stands for one segment. */
  path: string;
  /** Other paths that are this same route. */
  aliases?: readonly string[];
  summary: string;
  /** Any one of these opens the route. */
  auth: readonly Auth[];
  body?: Body;
  /** The body is a file of one of these types; what it is, its bytes say. */
  upload?: { maxBytes: number; contentTypes: readonly string[] };
  query?: Query;
  answer?: Answer;
  /** The status of a success; 200 unless told. */
  status?: number;
  /** The codes this route can answer, besides those every route can (`COMMON_ERRORS`). */
  errors: readonly ErrorCode[];
  /** The answer holds a secret, so it is not stored for replays: they get `already_done`. */
  secretAnswer?: true;
}

/** Declares a route, keeping its schemas' types. */
export function route<
  Body extends GenericSchema | undefined = undefined,
  Query extends GenericSchema | undefined = undefined,
  Answer extends GenericSchema | undefined = undefined,
>(row: Route<Body, Query, Answer>): Route<Body, Query, Answer> {
  knowOwnFieldsOnly(row.body);
  return row;
}

/**
 * Has strict objects, wherever they are in a schema, know the fields they list and no other. Valibot
 * asks with `in`, by which every object has a `constructor`: it would pass as known.
 */
function knowOwnFieldsOnly(part: unknown, seen = new Set<unknown>()): void {
  if (typeof part !== 'object' || part === null || seen.has(part)) return;
  seen.add(part);
  if ('type' in part && part.type === 'strict_object' && 'entries' in part)
    Object.setPrototypeOf(part.entries, null);
  for (const one of Object.values(part)) knowOwnFieldsOnly(one, seen);
}

/** The body of every error answer. Some codes add fields of their own. */
export interface ErrorBody {
  /** Short title. */
  error: string;
  /** What to do about it. */
  message: string;
  code: ErrorCode;
  /** A page that explains the code. */
  docs: string;
  requestId: string;
  [extra: string]: unknown;
}
