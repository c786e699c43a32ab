import { ModelCredits, type Terms } from './credits-model.ts';

/** The features people use; a plan that does not list one does not include it. */
export const FEATURES = ['requests', 'exports', 'images', 'tokens'] as const;
export type Feature = (typeof FEATURES)[number];
type ByFeature<T> = Partial<Record<Feature, T>>;

/** What a plan allows: units a period, null for no limit; what a unit draws; and calls in a minute. */
export interface Plan {
  limits: ByFeature<number | null>;
  weights?: ByFeature<number>;
  credits?: Terms;
  perMinute: number | null;
}

/** Small limits and rates, so that many calls stand at one. Who has no other plan has `free`. */
export const PLANS: Readonly<Record<string, Plan>> = {
  free: {
    limits: { requests: 12, exports: 4 },
    weights: { images: 3, tokens: 1 },
    credits: { allowanceUnits: 14, rollOverCapUnits: 9 },
    perMinute: null,
  },
  big: {
    limits: { requests: 60, exports: 30 },
    weights: { images: 2, tokens: 1 },
    credits: { allowanceUnits: 50, rollOverCapUnits: 120 },
    perMinute: null,
  },
  small: { limits: { requests: 3, tokens: 5 }, weights: { images: 4 }, perMinute: null },
  slow: {
    limits: { requests: 6, exports: 2 },
    weights: { tokens: 2 },
    credits: { allowanceUnits: 30, rollOverCapUnits: 0 },
    perMinute: 3,
  },
  open: { limits: { requests: null, exports: null, tokens: null }, perMinute: null },
};

/** How long a first answer is given again. */
const KEY_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;

/** The end of a period that an instant is in, in UTC. */
export const PERIOD_ENDS: Readonly<Record<'hour' | 'day' | 'month', (atMs: number) => number>> = {
  hour: (atMs) => (Math.floor(atMs / 3_600_000) + 1) * 3_600_000,
  day: (atMs) => (Math.floor(atMs / 86_400_000) + 1) * 86_400_000,
  month: (atMs) => Date.UTC(new Date(atMs).getUTCFullYear(), new Date(atMs).getUTCMonth() + 1),
};
export type Period = keyof typeof PERIOD_ENDS;

/** What the API says of a feature. */
export interface Shown {
  count: number;
  limit: number | 'unlimited';
  remaining: number | 'unlimited';
  held: number;
  plan: string;
  resetsAtMs: number;
  credits?: { balanceUnits: number; weight: number; nextExpiryAtMs?: number };
}

/** What a call should be answered: its usage, or the code of its refusal. */
export type Verdict = { code: string } | { usage: Shown; replayed: boolean; units?: number };

export interface Use {
  feature: Feature;
  amount: number;
  key?: string | undefined;
}

/** What a hold is asked for, the first time and by a renewal. */
export interface Asked {
  amount: number;
  atLeast: number;
  seconds: number;
}

/** A hold with its renewals; only the newest is live, and only how the last one ended is known. */
export interface Chain {
  feature: Feature;
  turn: number;
  units: number;
  expiresMs: number;
  isLive: boolean;
  closed: { turn: number; used: number | null; said: string; answer: Verdict | null } | null;
  endedMs: number | null;
}

interface Meter {
  used: number;
  granted: number;
  endMs: number;
}

const ofEach = <T>(make: () => T): Record<Feature, T> => ({
  requests: make(),
  exports: make(),
  images: make(),
  tokens: make(),
});

/**
 * One customer as the rules of usage say it, in a few numbers: no storage, no commits, no logs of
 * answers. Time comes in by `tick` only. `days` is the ledger: each unit that was ever counted, on its
 * day; what is changed by hand is not in it.
 */
export class ModelCustomer {
  readonly period: Period;
  plan = 'free';
  nowMs = 0;
  meters = ofEach((): Meter => ({ used: 0, granted: 0, endMs: 0 }));
  credits: ModelCredits;
  chains: Chain[] = [];
  days = ofEach((): Record<string, number> => ({}));
  #window = { startMs: 0, calls: 0 };
  #keys = new Map<string, { said: string; usage: Shown; atMs: number }>();
  #holdKeys = new Map<string, { said: string; answer: Verdict }>();

  constructor(period: Period, nowMs: number) {
    this.period = period;
    this.credits = new ModelCredits(PLANS.free?.credits, nowMs, PERIOD_ENDS[period]);
    this.tick(nowMs);
  }

  /** Time passes: what expired counts with all its units, and a period that is over begins anew. */
  tick(nowMs: number): void {
    this.nowMs = nowMs;
    const over = this.chains.filter((one) => one.isLive && one.expiresMs <= nowMs);
    for (const chain of over.toSorted((one, other) => one.expiresMs - other.expiresMs))
      this.#expire(chain, chain.expiresMs - 1);
    this.credits.pass(nowMs);
    for (const feature of FEATURES)
      if (nowMs >= this.meters[feature].endMs)
        this.meters[feature] = { used: 0, granted: 0, endMs: PERIOD_ENDS[this.period](nowMs) };
  }

  #expire(chain: Chain, onMs: number): void {
    this.#count(chain.feature, chain.units, onMs);
    const { turn } = chain;
    chain.isLive = false;
    chain.closed = { turn, used: null, said: '', answer: null };
    chain.endedMs = this.nowMs;
  }

  #count(feature: Feature, units: number, onMs: number): void {
    if (units === 0) return;
    this.meters[feature].used += units;
    const day = new Date(onMs).toISOString().slice(0, 10);
    this.days[feature][day] = (this.days[feature][day] ?? 0) + units;
    const weight = this.#weight(feature);
    if (weight === undefined) return;
    this.credits.pass(onMs);
    this.credits.draw(units * weight, onMs);
  }

  /** What a unit draws in its plan. */
  #weight(feature: Feature): number | undefined {
    return PLANS[this.plan]?.weights?.[feature];
  }

  /** What all holds weigh. */
  get heldCredits(): number {
    return FEATURES.reduce((sum, one) => sum + this.held(one) * (this.#weight(one) ?? 0), 0);
  }

  held(feature: Feature): number {
    return this.chains.reduce(
      (sum, one) => sum + (one.isLive && one.feature === feature ? one.units : 0),
      0,
    );
  }

  #left(feature: Feature): number {
    const weight = this.#weight(feature);
    if (weight !== undefined)
      return Math.max(0, Math.floor((this.credits.balanceUnits - this.heldCredits) / weight));
    const limit = this.#limit(feature);
    if (limit === null) return Number.POSITIVE_INFINITY;
    return limit - this.meters[feature].used - this.held(feature);
  }

  /** The plan's limit and what is granted on top. */
  #limit(feature: Feature): number | null {
    const { [feature]: limit = 0 } = PLANS[this.plan]?.limits ?? {};
    return limit === null ? null : limit + this.meters[feature].granted;
  }

  includes(feature: Feature): boolean {
    return PLANS[this.plan]?.limits[feature] !== undefined || this.#weight(feature) !== undefined;
  }

  show(feature: Feature): Shown {
    const { used, endMs } = this.meters[feature];
    const weight = this.#weight(feature);
    const ofPlan = this.includes(feature) ? this.#limit(feature) : 0;
    const limit = weight === undefined ? ofPlan : used + this.held(feature) + this.#left(feature);
    const { balanceUnits, nextExpiryAtMs } = this.credits;
    return {
      count: used,
      limit: limit ?? 'unlimited',
      remaining: limit === null ? 'unlimited' : Math.max(0, this.#left(feature)),
      held: this.held(feature),
      plan: this.plan,
      resetsAtMs: endMs,
      ...(weight !== undefined && {
        credits: { balanceUnits, weight, ...(nextExpiryAtMs && { nextExpiryAtMs }) },
      }),
    };
  }

  /** The calls of the minute that began with the first of them. */
  #callsOfMinute(): number {
    return this.nowMs < this.#window.startMs + MINUTE_MS ? this.#window.calls : 0;
  }

  /** Why so many units cannot be had, or null when they can. */
  #refusal(feature: Feature, units: number): { code: string } | null {
    if (!this.includes(feature)) return { code: 'feature_not_included' };
    if (this.#callsOfMinute() >= (PLANS[this.plan]?.perMinute ?? Number.POSITIVE_INFINITY))
      return { code: 'rate_limited' };
    return units > this.#left(feature) ? { code: 'limit_reached' } : null;
  }

  /** The same, and what is not refused is a call of the minute. */
  #enter(feature: Feature, units: number): { code: string } | null {
    const no = this.#refusal(feature, units);
    if (no) return no;
    const calls = this.#callsOfMinute();
    this.#window = { startMs: calls > 0 ? this.#window.startMs : this.nowMs, calls: calls + 1 };
    return null;
  }

  #answered(key: string | undefined) {
    const first = key === undefined ? undefined : this.#keys.get(key);
    return first && first.atMs >= this.nowMs - KEY_MS ? first : null;
  }

  /** Whether a call would be counted, and not refused or answered as before. */
  counts({ feature, amount, key }: Use): boolean {
    return !this.#answered(key) && this.#refusal(feature, amount) === null;
  }

  use({ feature, amount, key }: Use): Verdict {
    const said = `${feature} ${amount}`;
    const first = this.#answered(key);
    if (first)
      return first.said === said
        ? { usage: first.usage, replayed: true }
        : { code: 'idempotency_conflict' };
    const no = this.#enter(feature, amount);
    if (no) return no;
    this.#count(feature, amount, this.nowMs);
    const usage = this.show(feature);
    if (key !== undefined) this.#keys.set(key, { said, usage, atMs: this.nowMs });
    return { usage, replayed: false };
  }

  read(feature: Feature): Verdict {
    if (!this.includes(feature)) return { code: 'feature_not_included' };
    return { usage: this.show(feature), replayed: false };
  }

  hold(feature: Feature, asked: Asked, key?: string): Verdict {
    const said = JSON.stringify([feature, asked]);
    const first = key === undefined ? undefined : this.#holdKeys.get(key);
    if (first && 'usage' in first.answer)
      return first.said === said
        ? { ...first.answer, replayed: true }
        : { code: 'idempotency_conflict' };
    const chain: Chain = {
      feature,
      turn: 0,
      units: 0,
      expiresMs: 0,
      isLive: false,
      closed: null,
      endedMs: null,
    };
    const answer = this.#grant(chain, asked);
    if ('code' in answer) return answer;
    this.chains.push(chain);
    const granted = { ...answer, usage: this.show(feature) };
    if (key !== undefined) this.#holdKeys.set(key, { said, answer: granted });
    return granted;
  }

  #grant(chain: Chain, { amount, atLeast, seconds }: Asked): Verdict {
    const units = Math.max(atLeast, Math.min(amount, this.#left(chain.feature)));
    const no = this.#enter(chain.feature, units);
    if (no) return no;
    chain.units = units;
    chain.isLive = true;
    const { endMs } = this.meters[chain.feature];
    chain.expiresMs = Math.min(this.nowMs + seconds * 1000, endMs);
    return { usage: this.show(chain.feature), replayed: false, units };
  }

  /** Ends a chain's grant `turn`, and asks for the next when there is `next`. */
  end(chain: Chain, turn: number, used: number, next: Asked | null): Verdict {
    const said = JSON.stringify([used, next]);
    if (turn !== chain.turn || !chain.isLive) {
      const { closed } = chain;
      if (closed?.turn !== turn) return { code: 'hold_settled' };
      if (closed.answer === null) return { code: 'hold_expired' };
      const isSame = closed.said === said || (next === null && closed.used === used);
      if (!isSame || 'code' in closed.answer) return { code: 'hold_settled' };
      return { ...closed.answer, replayed: true };
    }
    if (used > chain.units) return { code: 'invalid_request' };
    this.#count(chain.feature, used, this.nowMs);
    chain.isLive = false;
    chain.endedMs = this.nowMs;
    const settled: Verdict = { usage: this.show(chain.feature), replayed: false };
    const granted = next && this.#grant(chain, next);
    const answer = granted && 'usage' in granted ? granted : settled;
    if (answer === granted) {
      chain.turn += 1;
      chain.endedMs = null;
    }
    chain.closed = { turn, used, said, answer };
    return answer;
  }

  setPlan(plan: string): void {
    this.plan = plan;
    this.credits.setTerms(PLANS[plan]?.credits);
  }

  /** By hand: `units` more or fewer, null for back to 0. */
  adjust(feature: Feature, units: number | null): Verdict {
    if (!this.includes(feature)) return { code: 'feature_not_included' };
    const meter = this.meters[feature];
    meter.used = units === null ? 0 : Math.max(0, meter.used + units);
    return this.read(feature);
  }

  /** Grants units for the running period, or takes some of them back below 0. */
  raise(feature: Feature, units: number): Verdict {
    if (!this.includes(feature)) return { code: 'feature_not_included' };
    if (this.#weight(feature) !== undefined) return { code: 'feature_draws_on_credits' };
    const meter = this.meters[feature];
    meter.granted = Math.max(0, meter.granted + units);
    return this.read(feature);
  }

  /** It is deleted and comes back: of all that was only the running count is left. */
  erase(): void {
    for (const chain of this.chains.filter(({ isLive }) => isLive)) this.#expire(chain, this.nowMs);
    this.plan = 'free';
    for (const feature of FEATURES) this.meters[feature].granted = 0;
    this.chains = [];
    this.days = ofEach(() => ({}));
    const { usedUnits } = this.credits;
    this.credits = new ModelCredits(
      PLANS.free?.credits,
      this.nowMs,
      PERIOD_ENDS[this.period],
      usedUnits,
    );
    this.#window = { startMs: 0, calls: 0 };
    this.#keys.clear();
    this.#holdKeys.clear();
  }

  /** What is known of ended holds is forgotten a day later, some time within an hour. */
  forgetOld(): void {
    const isOld = ({ endedMs }: Chain) => endedMs !== null && endedMs < this.nowMs - KEY_MS / 2;
    this.chains = this.chains.filter((chain) => !isOld(chain));
  }
}
