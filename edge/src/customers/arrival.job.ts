import type { Customer } from '@dream/contract';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { unwrap } from '../http/fail.ts';
import { deliverJobs } from '../outbox/deliver.job.ts';
import { customerId as newCustomerId } from './customer-id.ts';

/** Lets a customer who was erased before go on from what was kept. Answers it as it is then. */
export async function resumeKept(
  deps: Deps,
  ref: EnvironmentRef,
  customer: Customer,
  nowMs: number,
): Promise<Customer> {
  const jobIds: [string, string] = [deps.newId('job_'), deps.newId('job_')];
  const resumed = await deps.project(ref).erasure().resume(customer.id, jobIds, nowMs);
  if (resumed === null) return customer;
  await deliverJobs(deps, ref, resumed.jobIds);
  return resumed.customer;
}

/**
 * The customer with an own id, made at first use: whole or not at all, and going on from what was kept
 * of whoever had the id and was erased. Throws `customer_exists` for the e-mail of another.
 */
export async function customerWithOwnId(
  deps: Deps,
  ref: EnvironmentRef,
  ownId: string,
  email: string | undefined,
  nowMs: number,
): Promise<Customer> {
  const jobIds: [string, string] = [deps.newId('job_'), deps.newId('job_')];
  const given = { id: newCustomerId(deps.random(14)), email, jobIds };
  const arrived = unwrap(await deps.project(ref).erasure().arrive(ownId, given, nowMs));
  await deliverJobs(deps, ref, arrived.jobIds);
  return arrived.customer;
}
