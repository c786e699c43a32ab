import { page } from '../answer.ts';
import { flag, text } from '../form.ts';
import { faults } from '../faults.ts';
import type { Resource } from '../resource.ts';
import { cancelSchedule, createSchedule, updateSchedule } from '../schedule.ts';
import { releaseSchedule } from '../schedule-phases.ts';
import type { Entity, Scope } from '../scope.ts';
import { cancelSubscription } from '../subscription-cancel.ts';
import { changeSubscription } from '../subscription-end.ts';

/** `/v1/subscription_schedules`. */
export const subscriptionSchedules: Resource = {
  'POST /v1/subscription_schedules': (scope, params) => createSchedule(scope, params),
  'GET /v1/subscription_schedules': (scope, params) => {
    const customer = text(params, 'customer');
    const found = scope
      .list('subscription_schedule')
      .filter((one) => customer === undefined || one.customer === customer);
    return page(found, params, '/v1/subscription_schedules');
  },
  'GET /v1/subscription_schedules/:id': (scope, _params, id) =>
    scope.must('subscription_schedule', id),
  'POST /v1/subscription_schedules/:id': (scope, params, id) =>
    updateSchedule(scope, running(scope, id, 'update'), params),
  'POST /v1/subscription_schedules/:id/release': (scope, params, id) => {
    const schedule = running(scope, id, 'release');
    const subscription = scope.must('subscription', String(schedule.subscription));
    const released = releaseSchedule(scope, schedule);
    const keepsEnd = flag(params, 'preserve_cancel_date') === true;
    const ends = schedule.end_behavior === 'cancel' && !keepsEnd;
    changeSubscription(scope, subscription, { schedule: null, ...(ends && { cancel_at: null }) });
    return released;
  },
  'POST /v1/subscription_schedules/:id/cancel': (scope, params, id) => {
    const kept = scope.must('subscription_schedule', id);
    if (kept.status === 'not_started') return cancelSchedule(scope, kept);
    const schedule = running(scope, id, 'cancel');
    const subscription = scope.must('subscription', String(schedule.subscription));
    cancelSubscription(scope, subscription, params);
    return scope.must('subscription_schedule', id);
  },
};

function running(scope: Scope, id: string, what: string): Entity {
  const schedule = scope.must('subscription_schedule', id);
  if (schedule.status !== 'active')
    throw faults.wrongState(
      `You cannot ${what} a subscription schedule that is currently in the \`${String(schedule.status)}\` status. It must be \`active\`.`,
    );
  return schedule;
}
