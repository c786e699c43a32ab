import * as v from 'valibot';
import { Name } from './primitives.ts';
import { managementErrors, managers } from './projects.ts';
import { route } from './respond.ts';

/** Whom test calls are made for: a customer of the test environment, by this as its own id. */
export const TEST_CALL_CUSTOMER = 'test_call';

/**
 * What `POST /api/usage` answered: `status` and `body` are what a server would have read. `customerId`
 * is whom it counted for, null when it was refused before that was known.
 */
export const TestCall = v.object({
  status: v.number(),
  body: v.looseObject({}),
  requestId: v.string(),
  customerId: v.nullable(v.string()),
});
export type TestCall = v.InferOutput<typeof TestCall>;

export const makeTestCall = route({
  method: 'post',
  path: '/api/projects/:project/:mode/test-call',
  summary:
    'In test mode: count one unit for the customer `test_call`, as `POST /api/usage` does for a server, and tell its answer. A call that the plan refuses is an answer too.',
  auth: managers,
  body: v.strictObject({ feature: v.optional(Name) }),
  answer: TestCall,
  errors: [...managementErrors, 'test_mode_only', 'idempotency_key_invalid'],
});
