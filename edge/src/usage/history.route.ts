import { getManagedUsageHistory } from '@dream/contract/managed-customers';
import { DEFAULT_FEATURE } from '@dream/contract/primitives';
import { getProjectUsage, getUsageHistory, MAX_DAYS } from '@dream/contract/usage-history';
import type { Hono } from 'hono';
import { customerOf } from '../customers/customer-of.ts';
import type { Deps } from '../deps.ts';
import { type AppEnv, serve } from '../http/call.ts';
import { Fail, unwrap } from '../http/fail.ts';
import { managedEnvironment } from '../projects/managed.ts';
import { type DayRange, dayRange, everyDay } from './day-range.ts';
import { calendarDay } from './period.ts';

/** Usage by day: `GET /api/usage/history` of one customer, and of all of them for the dashboard. */
export function usageHistoryRoutes(app: Hono<AppEnv>, deps: Deps): void {
  for (const row of [getUsageHistory, getManagedUsageHistory])
    serve(app, deps, row, async (call) => {
      const { ref, environment, ...called } = await customerOf(call);
      const { timeZone } = environment.settings;
      const { feature = DEFAULT_FEATURE } = call.query;
      const project = deps.project(ref);
      // An own id this isolate remembers may name another customer since.
      const name = called.externalId ?? called.customerId;
      const { id: customerId } = unwrap(await project.customers().get(name, call.nowMs));
      const clockMs = await project.testClock().timeOf(customerId, call.nowMs);
      const range = rangeOf(call.query, timeZone, clockMs);
      const days = await project.usageHistory().days(customerId, feature, range);
      return { userId: customerId, feature, timeZone, days: everyDay(range, days) };
    });

  serve(app, deps, getProjectUsage, async (call) => {
    const { environment, project } = await managedEnvironment(call);
    const { timeZone } = environment.settings;
    const range = rangeOf(call.query, timeZone, call.nowMs);
    const totals = await project.usageHistory().totals(call.query.feature ?? null, range);
    return { ...range, timeZone, ...totals };
  });
}

function rangeOf(
  asked: { from?: string | undefined; to?: string | undefined },
  timeZone: string,
  nowMs: number,
): DayRange {
  const range = dayRange(asked, calendarDay(timeZone, nowMs).day);
  if (range) return range;
  const message = `Must be at most the day of "to", and less than ${MAX_DAYS} days before it.`;
  throw new Fail('invalid_request', { issues: [{ path: 'from', message }] });
}
