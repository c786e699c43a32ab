import * as v from 'valibot';
import { PLAN_SOURCES } from './customers.ts';
import { ERRORS } from './errors.ts';
import { AtMs, Limit, pageOf, PageQuery } from './primitives.ts';
import { managementErrors, managers } from './projects.ts';
import { route } from './respond.ts';

const path = '/api/projects/:project/:mode/requests';

/** What a call was opened with; `dashboard` is a test call of somebody who manages the project. */
export const CREDENTIALS = ['secret_key', 'publishable_key', 'session', 'dashboard'] as const;

/** What explains a refusal: what the call met, as it stood at that moment. */
export const RefusalFacts = v.object({
  plan: v.exactOptional(v.string()),
  feature: v.exactOptional(v.string()),
  limit: v.exactOptional(Limit),
  /** What was counted before the call. */
  usageCount: v.exactOptional(v.number()),
  /** Units in holds. */
  held: v.exactOptional(v.number()),
  perMinute: v.exactOptional(v.number()),
  /** When the period of the count ends. */
  resetsAtMs: v.exactOptional(AtMs),
  /** The origin, of a call from a page that is not listed. */
  origin: v.exactOptional(v.string()),
});
export type RefusalFacts = v.InferOutput<typeof RefusalFacts>;

/**
 * A call with a key or a session that was refused or failed. `route` is the path as the reference
 * writes it, never what stood in its place; `keyHint` tells a key from others, as the list of keys
 * does. Of a batch each refused event is one, with the same `requestId`.
 */
export const RefusedRequest = v.object({
  id: v.string(),
  requestId: v.string(),
  atMs: AtMs,
  method: v.string(),
  route: v.string(),
  status: v.number(),
  code: v.string(),
  title: v.string(),
  message: v.string(),
  docs: v.string(),
  customerId: v.nullable(v.string()),
  credential: v.picklist(CREDENTIALS),
  keyHint: v.nullable(v.string()),
  facts: RefusalFacts,
});
export type RefusedRequest = v.InferOutput<typeof RefusedRequest>;

const CODES = Object.keys(ERRORS);

export const listRequests = route({
  method: 'get',
  path,
  summary:
    'Refused and failed calls of the last 7 days, newest first, at most the newest 10,000. In a flood some are only counted, as `droppedCalls`.',
  auth: managers,
  query: v.object({
    ...PageQuery.entries,
    code: v.optional(v.picklist(CODES, 'Must be a code of the reference.')),
    /** One status, or a hundred of them: `429`, `5xx`. */
    status: v.optional(
      v.pipe(v.string(), v.regex(/^[45](\d\d|xx)$/, 'Must be a status, like "429" or "5xx".')),
    ),
    customer: v.optional(v.pipe(v.string(), v.maxLength(200))),
    /** Not before this instant. */
    since: v.optional(
      v.pipe(
        v.string(),
        v.regex(/^\d{1,15}$/, 'Must be an instant in milliseconds.'),
        v.transform(Number),
      ),
    ),
  }),
  answer: v.object({
    ...pageOf('requests', RefusedRequest).entries,
    droppedCalls: v.pipe(v.number(), v.integer()),
  }),
  errors: managementErrors,
});

export const getRequest = route({
  method: 'get',
  path: `${path}/:requestId`,
  summary:
    'What was refused under a request id, and why: one call, or the refused events of a batch.',
  auth: managers,
  answer: v.object({
    requests: v.array(RefusedRequest),
    /** The customer it was about, as their plan is now; null when nobody was, or who was is erased. */
    customer: v.nullable(
      v.object({ id: v.string(), plan: v.string(), planSource: v.picklist(PLAN_SOURCES) }),
    ),
  }),
  errors: [...managementErrors, 'request_not_found'],
});
