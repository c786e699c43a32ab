import type { List } from './answer.ts';
import type { Params } from './form.ts';
import type { Entity, Scope } from './scope.ts';

/** Answers a call of the API: the caller's scope, its parameters, and the id in the path, if any. */
export type Handler = (scope: Scope, params: Params, id: string) => Entity | List;

/** The calls of one resource, by method and path. */
export type Resource = Readonly<Record<string, Handler>>;
