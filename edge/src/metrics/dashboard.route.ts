import {
  type Dashboard,
  type DashboardTotals,
  getDashboard,
  getDashboardTotals,
  getManagedDashboard,
  type RANGES,
} from '@dream/contract/dashboard';
import { MAX_DAYS } from '@dream/contract/usage-history';
import type { Hono } from 'hono';
import { projectsOf } from '../auth/accounts.ts';
import { checkOwner } from '../auth/manager.ts';
import { isOurProjectId } from '../auth/keys.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { type AppEnv, type Call, serve } from '../http/call.ts';
import { Fail, unwrap } from '../http/fail.ts';
import { log } from '../http/log.ts';
import { managedEnvironment, managerIn } from '../projects/managed.ts';
import { type DayRange, dayRange, later } from '../usage/day-range.ts';
import { calendarDay } from '../usage/period.ts';
import { type Part, totalOf } from './totals.ts';

/** How many projects are asked at a time, and how long what they said is good. */
const AT_ONCE = 8;
const KEEP_MS = 30_000;
const MOST_KEPT = 500;

interface Asked {
  range?: (typeof RANGES)[number] | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

/** How environments are doing: one of them, and all of an account. */
export function dashboardRoutes(app: Hono<AppEnv>, deps: Deps): void {
  serve(app, deps, getManagedDashboard, async (call) => {
    const { ref } = await managedEnvironment(call);
    return dashboardOf(deps, ref, call.query, call.nowMs);
  });

  serve(app, deps, getDashboard, async (call) => {
    const ref = 'ref' in call.principal ? call.principal.ref : await namedEnvironment(call);
    return dashboardOf(deps, ref, call.query, call.nowMs);
  });

  const kept = new Map<string, { atMs: number; part: Part }>();
  serve(app, deps, getDashboardTotals, async (call): Promise<DashboardTotals> => {
    const { mode } = call.query;
    const { developer } = managerIn(call);
    if (developer === null) throw new Fail('developer_required');
    const { accountId } = developer;
    const projects = accountId === null ? [] : await projectsOf(deps.directory, accountId);
    // Projects have time zones of their own; days of the same name are added up.
    const range = rangeOf(call.query, 'UTC', call.nowMs);
    const answers = await inTurns(projects, async ({ id, name }) => {
      const known = `${id} ${mode} ${range.from} ${range.to}`;
      const part = await partOf(deps, { projectId: id, mode }, range, call.nowMs, kept, known);
      return { id, name, part };
    });
    const found = answers.flatMap(({ part, ...project }) => (part ? [{ ...project, part }] : []));
    return {
      mode,
      range: { ...range, timeZone: 'UTC' },
      ...totalOf(found.map(({ part }) => part)),
      projects: found.map(({ id, name, part: { metrics } }) => ({ id, name, metrics })),
      unavailable: answers.flatMap(({ id, part }) => (part ? [] : [id])),
    };
  });
}

/** The environment a developer names in the query, if it is theirs. */
async function namedEnvironment(
  call: Pick<
    Call<unknown, { project?: string | undefined; mode?: 'test' | 'live' | undefined }>,
    'deps' | 'principal' | 'query'
  >,
): Promise<EnvironmentRef> {
  const { project, mode } = call.query;
  const missing = Object.entries({ project, mode }).filter(([, value]) => value === undefined);
  if (project === undefined || mode === undefined)
    throw new Fail('invalid_request', {
      issues: missing.map(([path]) => ({ path, message: 'Is required without a secret key.' })),
    });
  if (!(await isOurProjectId(project, call.deps.tagKey))) throw new Fail('project_not_found');
  await checkOwner(call.deps, managerIn(call), project);
  return { projectId: project, mode };
}

async function dashboardOf(
  deps: Deps,
  ref: EnvironmentRef,
  asked: Asked,
  nowMs: number,
): Promise<Dashboard> {
  const project = deps.project(ref);
  const { timeZone } = unwrap(await project.access().environment()).settings;
  const range = rangeOf(asked, timeZone, nowMs);
  const answer = await project.metrics().dashboard(range, nowMs);
  return { mode: ref.mode, range: { ...range, timeZone }, ...answer };
}

/** What a project says of itself, at most 30 seconds ago; null when it says nothing. */
async function partOf(
  deps: Deps,
  ref: EnvironmentRef,
  range: DayRange,
  nowMs: number,
  kept: Map<string, { atMs: number; part: Part }>,
  name: string,
): Promise<Part | null> {
  const known = kept.get(name);
  if (known && nowMs - known.atMs < KEEP_MS) return known.part;
  try {
    const part = await deps.project(ref).metrics().report(range, nowMs);
    kept.delete(name);
    if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value ?? '');
    kept.set(name, { atMs: nowMs, part });
    return part;
  } catch (error) {
    log('error', { event: 'totals.unavailable', projectId: ref.projectId, error: String(error) });
    return null;
  }
}

/** Does something with each, a few at a time, and gives the answers in the same order. */
async function inTurns<T, R>(all: readonly T[], act: (one: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  for (let at = 0; at < all.length; at += AT_ONCE)
    answers.push(...(await Promise.all(all.slice(at, at + AT_ONCE).map(act))));
  return answers;
}

const LENGTHS = { '7d': 7, '30d': 30, '90d': 90, '12m': 365 } as const;

function rangeOf(asked: Asked, timeZone: string, nowMs: number): DayRange {
  const { day } = calendarDay(timeZone, nowMs);
  const to = asked.to ?? day;
  const from = asked.from ?? later(to, 1 - LENGTHS[asked.range ?? '30d']);
  const range = dayRange({ from, to }, day);
  if (range) return range;
  const message = `Must be at most the day of "to", and less than ${MAX_DAYS} days before it.`;
  throw new Fail('invalid_request', { issues: [{ path: 'from', message }] });
}
