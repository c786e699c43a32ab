import type { Standing } from '@dream/contract/projects';
import type { Mode } from '@dream/contract/primitives';
import { isLive, type SubscriptionFacts } from '../billing/subscription.ts';

const DAY_MS = 86_400_000;
/** So long after the end of a plan a project stops, and is erased: a setting of the deployment. */
export interface LapseTerms {
  graceDays: number;
  eraseDays: number;
}

/** What a deployment that says nothing of it has. */
export const LAPSE_TERMS: LapseTerms = { graceDays: 7, eraseDays: 30 };

/** How long before its erasure a project is told of it once more. */
const WARNED_MS = 7 * DAY_MS;

/** A subscription of a developer to one of the platform's plans. */
export interface PlatformSubscription
  extends Pick<SubscriptionFacts, 'status' | 'endsAtMs' | 'graceEndsAtMs'> {
  trialEndsAtMs: number | null;
  periodEndMs: number | null;
}

/** What the platform knows of a developer: nothing in it changes because time passes. */
export interface PlatformFacts {
  /** An operator gave a plan that opens live mode. */
  isGiven: boolean;
  /** When a plan that was given was taken back; null if it never was. */
  takenBackAtMs: number | null;
  subscriptions: readonly PlatformSubscription[];
}

/** Whose standing is asked for. */
export interface Standee {
  /** The platform's own project, which owes itself nothing. */
  isPlatform: boolean;
  createdAtMs: number;
  /** Null while the platform knows nothing of the developer. */
  facts: PlatformFacts | null;
}

const NOTHING_AHEAD = {
  trialEndsAtMs: null,
  endsAtMs: null,
  lapsedAtMs: null,
  blocksAtMs: null,
  erasesAtMs: null,
};

/**
 * How a project stands with the platform at `nowMs`. A plan opens it while it is given or a
 * subscription is live, a missing payment included. After that come days of grace, then it stops, and
 * so many days after the end (`terms`) it is to be erased. What was made after the end never had the plan and
 * is free. The platform's own project is paid for, whatever is known of anybody.
 */
export function standingOf(
  { isPlatform, createdAtMs, facts }: Standee,
  nowMs: number,
  terms = LAPSE_TERMS,
): Standing {
  if (isPlatform || facts?.isGiven) return { ...NOTHING_AHEAD, state: 'paid' };
  if (facts === null) return { ...NOTHING_AHEAD, state: 'free' };
  const live = facts.subscriptions
    .filter((one) => isLive(one, nowMs))
    .toSorted((a, b) => (endOf(b) ?? Infinity) - (endOf(a) ?? Infinity))[0];
  if (live) return standingBy(live);
  const lapsedAtMs = lapseOf(facts);
  if (lapsedAtMs === null || createdAtMs > lapsedAtMs) return { ...NOTHING_AHEAD, state: 'free' };
  return lapsed(lapsedAtMs, nowMs, terms);
}

/** The same on a deployment: one that bills nobody stands with everybody as if they paid. */
export const standingNow = (
  { platform: { isBilled, terms } }: { platform: { isBilled: boolean; terms: LapseTerms } },
  standee: Standee,
  nowMs: number,
): Standing => standingOf(isBilled ? standee : { ...standee, isPlatform: true }, nowMs, terms);

/** What a project is told of the end of its plan. */
export interface LapseNews {
  type: 'project.grace_started' | 'project.blocked' | 'project.erasure_planned';
  data: { lapsedAtMs: number; blocksAtMs: number; erasesAtMs: number };
}

/** What there is to tell of the end of a plan by now; what was told before is in it again. */
export function lapseNews(
  { state, lapsedAtMs, blocksAtMs, erasesAtMs }: Standing,
  nowMs: number,
): LapseNews[] {
  if (lapsedAtMs === null || blocksAtMs === null || erasesAtMs === null) return [];
  const data = { lapsedAtMs, blocksAtMs, erasesAtMs };
  const first = state === 'grace' ? 'project.grace_started' : 'project.blocked';
  const isWarned = nowMs >= erasesAtMs - WARNED_MS;
  return [{ type: first, data }, ...(isWarned ? [{ type: ERASURE, data }] : [])];
}

const ERASURE = 'project.erasure_planned' as const;

/** Whether the API of a project answers at all; if not, the code of the reason. */
export function refusalBy(
  { state }: Standing,
  mode: Mode,
): 'subscription_required' | 'subscription_expired' | null {
  if (state === 'expired' || state === 'erase') return 'subscription_expired';
  return state === 'free' && mode === 'live' ? 'subscription_required' : null;
}

/** Whether test mode is bounded: without a plan it is for building, not for running a product on. */
export const isBounded = ({ state }: Standing): boolean =>
  state !== 'paid' && state !== 'trialing' && state !== 'past_due';

function standingBy(live: PlatformSubscription): Standing {
  const { status, trialEndsAtMs } = live;
  const state = status === 'trialing' || status === 'past_due' ? status : 'paid';
  return {
    ...NOTHING_AHEAD,
    state,
    trialEndsAtMs: status === 'trialing' ? trialEndsAtMs : null,
    endsAtMs: endOf(live),
  };
}

function lapsed(lapsedAtMs: number, nowMs: number, { graceDays, eraseDays }: LapseTerms): Standing {
  const blocksAtMs = lapsedAtMs + graceDays * DAY_MS;
  const erasesAtMs = lapsedAtMs + eraseDays * DAY_MS;
  const late = nowMs < erasesAtMs ? 'expired' : 'erase';
  const state = nowMs < blocksAtMs ? 'grace' : late;
  return { ...NOTHING_AHEAD, state, lapsedAtMs, blocksAtMs, erasesAtMs };
}

/** When the last of what a developer had ended; null for who never had anything. */
function lapseOf({ takenBackAtMs, subscriptions }: PlatformFacts): number | null {
  const ends = subscriptions
    // Nothing was ever paid for one that was not completed.
    .filter(({ status }) => status !== 'incomplete')
    .map((one) => endOf(one) ?? one.trialEndsAtMs ?? one.periodEndMs);
  const known = [takenBackAtMs, ...ends].filter((atMs) => atMs !== null);
  return known.length === 0 ? null : Math.max(...known);
}

/** When a subscription ends or ended, as far as it says so itself. */
function endOf({ endsAtMs, graceEndsAtMs }: PlatformSubscription): number | null {
  const endMs = Math.min(endsAtMs ?? Infinity, graceEndsAtMs ?? Infinity);
  return endMs === Infinity ? null : endMs;
}
