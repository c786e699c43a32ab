import type { Standing } from '@dream/contract/projects';
import type { Mode } from '@dream/contract/primitives';
import { isLive, type SubscriptionFacts } from '../billing/subscription.ts';

const DAY_MS = 86_400_000;
/** After the end of a plan the project works on for so long, then it stops. */
const GRACE_MS = 7 * DAY_MS;
/** So long after the end of a plan a project is erased. */
const ERASE_MS = 30 * DAY_MS;

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
 * subscription is live, a missing payment included. After that come 7 days of grace, then it stops,
 * and 30 days after the end it is to be erased. What was made after the end never had the plan and
 * is free. The platform's own project is paid for, whatever is known of anybody.
 */
export function standingOf({ isPlatform, createdAtMs, facts }: Standee, nowMs: number): Standing {
  if (isPlatform || facts?.isGiven) return { ...NOTHING_AHEAD, state: 'paid' };
  if (facts === null) return { ...NOTHING_AHEAD, state: 'free' };
  const live = facts.subscriptions
    .filter((one) => isLive(one, nowMs))
    .toSorted((a, b) => (endOf(b) ?? Infinity) - (endOf(a) ?? Infinity))[0];
  if (live) return standingBy(live);
  const lapsedAtMs = lapseOf(facts);
  if (lapsedAtMs === null || createdAtMs > lapsedAtMs) return { ...NOTHING_AHEAD, state: 'free' };
  return lapsed(lapsedAtMs, nowMs);
}

/** The same on a deployment: one that bills nobody stands with everybody as if they paid. */
export const standingNow = (
  { platform }: { platform: { isBilled: boolean } },
  standee: Standee,
  nowMs: number,
): Standing => standingOf(platform.isBilled ? standee : { ...standee, isPlatform: true }, nowMs);

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

function lapsed(lapsedAtMs: number, nowMs: number): Standing {
  const blocksAtMs = lapsedAtMs + GRACE_MS;
  const erasesAtMs = lapsedAtMs + ERASE_MS;
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
