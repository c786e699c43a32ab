import * as v from 'valibot';
import { KEY_ERRORS } from './errors.ts';
import { Name } from './primitives.ts';
import { managementErrors, managers } from './projects.ts';
import { route } from './respond.ts';

/** The most days that can be asked for at once. */
export const MAX_DAYS = 366;

const DAY_FORM = 'Must be a day, like "2026-01-31".';
/** A day of the calendar, in the project's time zone. */
export const Day = v.pipe(v.string(DAY_FORM), v.isoDate(DAY_FORM), v.check(isDay, DAY_FORM));

/** Whether the calendar has the day: no month has a 31st because another one does. */
function isDay(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

/** Both days are of the range. `to` is today unless told, `from` 29 days before it. */
const query = v.object({
  feature: v.optional(Name),
  from: v.optional(Day),
  to: v.optional(Day),
});

/** Units counted on one day. */
export const UsageDay = v.object({ day: Day, units: v.number() });
export type UsageDay = v.InferOutput<typeof UsageDay>;

/** A customer's usage of one feature, with every day of the range. */
export const UsageHistory = v.object({
  userId: v.string(),
  feature: Name,
  timeZone: v.string(),
  days: v.array(UsageDay),
});
export type UsageHistory = v.InferOutput<typeof UsageHistory>;

export const getUsageHistory = route({
  method: 'get',
  path: '/api/usage/history',
  summary: "Read a customer's usage of a feature day by day, up to a minute behind.",
  auth: ['user', 'session'],
  query,
  answer: UsageHistory,
  errors: [
    ...KEY_ERRORS,
    'secret_key_required',
    'session_required',
    'user_id_required',
    'user_id_invalid',
    'test_customers_reached',
    'user_mismatch',
    'customer_not_found',
    'token_invalid',
    'session_expired',
    'session_ended',
    'origin_not_allowed',
  ],
});

/** Units all customers used of a feature on one day. */
export const UsageTotal = v.object({ day: Day, feature: Name, units: v.number() });
export type UsageTotal = v.InferOutput<typeof UsageTotal>;

/** A customer and what it used of a feature in the range. */
export const TopCustomer = v.object({
  id: v.string(),
  externalId: v.nullable(v.string()),
  email: v.nullable(v.string()),
  feature: Name,
  units: v.number(),
});
export type TopCustomer = v.InferOutput<typeof TopCustomer>;

export const getProjectUsage = route({
  method: 'get',
  path: '/api/projects/:project/:mode/usage',
  summary: 'Read what all customers used by day and feature, and who used most.',
  auth: managers,
  query,
  answer: v.object({
    from: Day,
    to: Day,
    timeZone: v.string(),
    days: v.array(UsageTotal),
    topCustomers: v.array(TopCustomer),
  }),
  errors: managementErrors,
});
