import {
  createCustomer,
  deleteCustomer,
  getCustomer,
  listCustomers,
  updateCustomer,
} from '@dream/contract/customers';
import { deleteManagedCustomer, updateManagedCustomer } from '@dream/contract/managed-customers';
import type { Hono } from 'hono';
import { PLATFORM_PROJECT } from '../auth/keys.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { type AppEnv, type Call, environmentPrincipal, serve } from '../http/call.ts';
import { Fail, unwrap } from '../http/fail.ts';
import { deliverJobs } from '../outbox/deliver.job.ts';
import { placeOf } from '../projects/managed.ts';
import { setCustomerPassword } from '../sessions/password.ts';
import { resumeKept } from './arrival.job.ts';
import { customerId } from './customer-id.ts';
import { eraseCustomer } from './erasure.job.ts';

/** Creating, reading, changing and erasing customers with a secret key. */
export function customerRoutes(app: Hono<AppEnv>, deps: Deps): void {
  serve(app, deps, createCustomer, async (call) => {
    const { ref, customers } = customersOf(call);
    const { password, ...given } = call.body;
    if (given.testClock && ref.mode !== 'test') throw new Fail('test_mode_only');
    const id = customerId(deps.random(14));
    const made = unwrap(await customers.create({ id, ...given }, call.nowMs));
    const customer = await resumeKept(deps, ref, made, call.nowMs);
    if (password === undefined) return { success: true as const, customer };
    await keepOnlyWithPassword(deps, call, id, password);
    return {
      success: true as const,
      customer: unwrap(await deps.project(ref).customers().get(id, call.nowMs)),
    };
  });

  serve(app, deps, listCustomers, async (call) => {
    const { limit, cursor, email } = call.query;
    const query = { limit, cursor: cursor ?? null, email: email ?? null };
    return customersOf(call).customers.list(query, call.nowMs);
  });

  serve(app, deps, getCustomer, async (call) => ({
    customer: unwrap(await customersOf(call).customers.get(call.param('id'), call.nowMs)),
  }));

  for (const row of [updateCustomer, updateManagedCustomer])
    serve(app, deps, row, async (call) => {
      const { ref, act } = await placeOf(call);
      const customers = deps.project(ref).customers();
      const id = call.param('id');
      if (call.body.banned) await checkNoOperator(call, ref, id);
      // What servers change by key, all day long, is not for the audit log.
      const by = call.principal.kind === 'sk' ? null : act;
      const { customer, jobIds } = unwrap(
        await customers.update(id, call.body, deps.newId('job_'), call.nowMs, by),
      );
      await deliverJobs(deps, ref, jobIds);
      if (call.body.externalId === undefined) return { customer };
      return { customer: await resumeKept(deps, ref, customer, call.nowMs) };
    });

  for (const row of [deleteCustomer, deleteManagedCustomer])
    serve(app, deps, row, async (call) => {
      const { ref, act } = await placeOf(call);
      await checkNoOperator(call, ref, call.param('id'));
      const erased = await eraseCustomer(deps, ref, call.param('id'), call.nowMs, act);
      return { success: true as const, ...erased };
    });
}

function customersOf(call: Pick<Call, 'principal' | 'deps'>) {
  const { ref } = environmentPrincipal(call.principal);
  return { ref, customers: call.deps.project(ref).customers() };
}

/**
 * A customer asked for with a password exists with it or not at all, unless the owner of its e-mail
 * came meanwhile: then it is theirs.
 */
async function keepOnlyWithPassword(
  deps: Deps,
  call: Pick<Call<unknown, unknown>, 'deps' | 'param' | 'principal' | 'nowMs'>,
  id: string,
  password: string,
): Promise<void> {
  const { ref, act } = await placeOf(call);
  try {
    if (await setCustomerPassword(deps, ref, id, password, () => Promise.resolve(true))) return;
  } catch (error) {
    await eraseCustomer(deps, ref, id, call.nowMs, act);
    throw error;
  }
  throw new Fail('customer_exists', { customerId: id });
}

/** Nobody locks an operator of the platform out, whoever they are, or themselves by mistake. */
async function checkNoOperator(
  { deps, nowMs }: Pick<Call<unknown, unknown>, 'deps' | 'nowMs'>,
  ref: EnvironmentRef,
  id: string,
): Promise<void> {
  if (ref.projectId !== PLATFORM_PROJECT || ref.mode !== 'live') return;
  const { email, emailVerified } = unwrap(await deps.project(ref).customers().get(id, nowMs));
  if (emailVerified && deps.config.operatorEmails.some((operator) => operator === email))
    throw new Fail('platform_protected');
}
