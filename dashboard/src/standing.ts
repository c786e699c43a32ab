import type { Customer, Mode, PublicTier, Standing, UsageStatus } from '@dream/contract';

const DAY_MS = 86_400_000;

/** What is said on every page of a project; `isUrgent` when something is lost without an act. */
export interface StandingNotice {
  title: string;
  text: string;
  isUrgent: boolean;
}

/**
 * What a developer must be told of how their project stands, as long as there is time to act; null when
 * there is nothing. `day` writes an instant as people read it.
 */
export function standingNotice(
  { state, endsAtMs, lapsedAtMs, blocksAtMs, erasesAtMs }: Standing,
  mode: Mode,
  day: (atMs: number) => string,
): StandingNotice | null {
  const on = (atMs: number | null) => (atMs === null ? 'soon' : `on ${day(atMs)}`);
  switch (state) {
    case 'free':
      return mode === 'live'
        ? notice(
            'Live mode is closed',
            'It opens within seconds when you choose a plan. Test mode works without.',
          )
        : null;
    case 'trialing':
    case 'paid':
      return endsAtMs === null
        ? null
        : notice(
            `Your plan ends ${on(endsAtMs)}`,
            'Your projects work on for some days after that. Resume it to go on without an end.',
          );
    case 'past_due':
      return notice(
        'A payment is missing',
        `Everything works until it is settled or your plan ends ${on(endsAtMs)}.`,
        true,
      );
    case 'grace':
      return notice(
        `Your plan ended ${on(lapsedAtMs)}`,
        `The API of your projects stops ${on(blocksAtMs)}, and they are erased ${on(erasesAtMs)}, unless you choose a plan.`,
        true,
      );
    case 'expired':
      return notice(
        'The API of your projects has stopped',
        `Your plan ended ${on(lapsedAtMs)}. Choose a plan, and everything goes on; ${on(erasesAtMs)} your projects are erased with all their data.`,
        true,
      );
    case 'erase':
      return notice(
        'This project is about to be erased',
        `Your plan ended ${on(lapsedAtMs)}. Choose a plan at once to keep what is there.`,
        true,
      );
  }
}

const notice = (title: string, text: string, isUrgent = false): StandingNotice => ({
  title,
  text,
  isUrgent,
});

/** The plan of a developer in a sentence. */
export function planSentence(
  { subscription, planSource }: Pick<Customer, 'subscription' | 'planSource'>,
  planName: string,
  nowMs: number,
  day: (atMs: number) => string,
): string {
  if (subscription === null)
    return planSource === 'default'
      ? `${planName}: test mode, for as long as you like.`
      : `${planName}, given to you by us.`;
  const { status, trialEndsAtMs, endsAtMs, renewsAtMs } = subscription;
  if (status === 'trialing' && trialEndsAtMs !== null) {
    const days = Math.max(0, Math.ceil((trialEndsAtMs - nowMs) / DAY_MS));
    const left = `${days} ${days === 1 ? 'day' : 'days'} of your trial left`;
    return endsAtMs === null
      ? `${planName}: ${left}. The first payment is on ${day(trialEndsAtMs)}.`
      : `${planName}: ${left}. It ends on ${day(endsAtMs)}, and nothing is charged.`;
  }
  if (status === 'past_due')
    return `${planName}: a payment is missing. Update how you pay to keep it.`;
  if (endsAtMs !== null) return `${planName}, until ${day(endsAtMs)}.`;
  return renewsAtMs === null ? `${planName}.` : `${planName}, renewed on ${day(renewsAtMs)}.`;
}

/** What the end users above those included cost so far; null when the plan bills none. */
export function overageSoFar(
  { plan, feature, overageUnits = 0 }: Pick<UsageStatus, 'plan' | 'feature' | 'overageUnits'>,
  tiers: readonly Pick<PublicTier, 'name' | 'currency' | 'overage'>[],
  currency: string | null,
): {
  units: number;
  priceMinor: number;
  unitPriceMinor: number;
  perUnits: number;
  currency: string;
} | null {
  const tier = tiers.find(({ name }) => name === plan);
  const wanted = currency ?? tier?.currency;
  const line = tier?.overage.find((one) => one.feature === feature && one.currency === wanted);
  if (!line) return null;
  const { perUnits, price: unitPriceMinor } = line;
  const priceMinor = Math.ceil(overageUnits / perUnits) * unitPriceMinor;
  return { units: overageUnits, priceMinor, unitPriceMinor, perUnits, currency: line.currency };
}
