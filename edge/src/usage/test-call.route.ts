import { ERRORS } from '@dream/contract/errors';
import { DEFAULT_FEATURE } from '@dream/contract/primitives';
import { makeTestCall, TEST_CALL_CUSTOMER, type TestCall } from '@dream/contract/test-call';
import type { Hono } from 'hono';
import { checkOpen } from '../auth/principal.ts';
import { customerNamed, forgetExternalId } from '../customers/customer-of.ts';
import type { Deps } from '../deps.ts';
import { type AppEnv, type Call, serve } from '../http/call.ts';
import { errorBody, failOf } from '../http/errors.ts';
import { Fail, goneCode } from '../http/fail.ts';
import { idempotencyKey } from '../http/idempotency.ts';
import { type Managed, managedEnvironment } from '../projects/managed.ts';
import { noteRefused } from '../requests/note.client.ts';
import { callFingerprint } from './fingerprint.ts';
import { trackUsage } from './meter.client.ts';
import type { UsageAnswer } from './usage-call.ts';
import { counted } from './usage.route.ts';

type Asked = Call<{ feature?: string | undefined }, unknown>;

/**
 * Trying `POST /api/usage` without a secret key: whoever manages the project is answered what a server
 * would be, of a test customer. What is refused is noted, so that its request id explains itself.
 */
export function testCallRoutes(app: Hono<AppEnv>, deps: Deps): void {
  serve(app, deps, makeTestCall, async (call): Promise<TestCall> => {
    const { c } = call;
    const managed = await managedEnvironment(call);
    if (managed.ref.mode !== 'test') throw new Fail('test_mode_only');
    const requestId = c.get('requestId');
    const told = (status: number, body: TestCall['body']): TestCall => ({
      status,
      body,
      requestId,
      customerId: c.get('customerId') ?? null,
    });
    try {
      checkOpen(deps, managed.environment, call.nowMs);
      const { usage } = counted(await track(call, managed));
      return told(200, { success: true, usage });
    } catch (error) {
      if (goneCode(error) !== null) throw error;
      const fail = failOf(error, c);
      const { ref } = managed;
      noteRefused(deps, c, fail, undefined, { ref, credential: 'dashboard', keyHint: null });
      const { status } = ERRORS[fail.code];
      return told(status, errorBody(fail, requestId, deps.config.publicUrl));
    }
  });
}

/** Counts as a server's call does; an id remembered of a customer erased since is looked up once more. */
async function track(call: Asked, { ref, environment }: Managed): Promise<UsageAnswer> {
  const { c, deps, nowMs } = call;
  const { feature = DEFAULT_FEATURE } = call.body;
  const amountUnits = 1;
  const key = idempotencyKey(c.req.raw);
  const fingerprint = callFingerprint(feature, amountUnits, null);
  const idempotency = key === null ? null : { key, fingerprint };
  const metered = { feature, amountUnits, headerPlan: null, idempotency, nowMs };
  const once = async (): Promise<UsageAnswer> => {
    const customerId = await customerNamed(deps, { ref, environment }, TEST_CALL_CUSTOMER, nowMs);
    c.set('customerId', customerId);
    return trackUsage(deps, ref, environment, customerId, metered);
  };
  const answer = await once();
  if (answer.kind !== 'erased') return answer;
  forgetExternalId(ref, TEST_CALL_CUSTOMER);
  return once();
}
