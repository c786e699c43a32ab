import type { Params } from './form.ts';
import type { Scope } from './scope.ts';

/** What a call answers: an object or a list of them, as it goes over the wire. */
export type Answer = { object: string };

/** Answers a call of the API: the caller's scope, its parameters, and the id in the path, if any. */
export type Handler = (scope: Scope, params: Params, id: string) => Answer;

/** The calls of one resource, by method and path. */
export type Resource = Readonly<Record<string, Handler>>;
