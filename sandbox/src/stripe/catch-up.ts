import { answerDebit, answersAt } from './bank-debits.ts';
import { expireSession } from './checkout-session.ts';
import { subscriptionOf } from './invoice-draft.ts';
import { attempt, close, settle } from './invoice-life.ts';
import { nextEnd } from './renewal.ts';
import { beginSchedule, beginsAt } from './schedule.ts';
import { phaseEnd } from './schedule-phases.ts';
import { enterPhase } from './schedule-run.ts';
import type { Entity, Scope } from './scope.ts';
import { endWithUsage, finishDraft, renew } from './subscription-cycle.ts';
import { changeSubscription, expire, isOver } from './subscription-end.ts';

/** Something that time brings, and what it does. */
interface Due {
  atSeconds: number;
  run(scope: Scope): void;
}

const DAY_SECONDS = 86_400;
/** How long a first payment may take. */
const INCOMPLETE_SECONDS = 23 * 3_600;
/** More than ten years of daily renewals bring; beyond it something is due again and again. */
const MOST_STEPS = 50_000;
const NEVER = Number.POSITIVE_INFINITY;

/** Does what time has brought since the last call, in its order, each thing at its own instant. */
export function catchUp(scope: Scope): Scope {
  runUntil(scope, { clock: null, untilSeconds: scope.nowSeconds() });
  return scope;
}

/** Does what is due by an instant to all that lives by a test clock, or, for null, by none. */
export function runUntil(
  scope: Scope,
  { clock, untilSeconds }: { clock: string | null; untilSeconds: number },
): void {
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const next = earliest(scope, clock);
    if (next === null || next.atSeconds > untilSeconds) return;
    next.run(scope.at(next.atSeconds));
  }
  throw new Error(`Time does not pass: ${MOST_STEPS} things were due by ${untilSeconds}`);
}

function earliest(scope: Scope, clock: string | null): Due | null {
  let first: Due | null = null;
  for (const due of dues(scope, clock)) {
    if (due.atSeconds !== NEVER && (first === null || due.atSeconds < first.atSeconds)) first = due;
  }
  return first;
}

/** What is to come; of two at one instant the earlier in this order happens first. */
function* dues(scope: Scope, clock: string | null): Generator<Due> {
  for (const session of scope.list('checkout.session')) {
    if (session.status === 'open' && clockOfBuyer(scope, session) === clock)
      yield {
        atSeconds: Number(session.expires_at),
        run: (then) => void expireSession(then, session),
      };
  }
  if (clock === null) yield* couponDues(scope);
  for (const intent of scope.list('payment_intent')) {
    const seconds = answersAt(scope, intent);
    if (seconds !== undefined && clockOfBuyer(scope, intent) === clock)
      yield { atSeconds: seconds, run: (then) => void settle(then, answerDebit(then, intent)) };
  }
  for (const schedule of scope.list('subscription_schedule')) {
    if ((schedule.test_clock ?? null) === clock)
      yield {
        atSeconds: instant(beginsAt(schedule)),
        run: (then) => void beginSchedule(then, schedule),
      };
  }
  for (const invoice of scope.list('invoice')) {
    if ((invoice.test_clock ?? null) === clock) yield* invoiceDues(scope, invoice);
  }
  for (const subscription of scope.list('subscription')) {
    if ((subscription.test_clock ?? null) === clock && !isOver(subscription))
      yield* subscriptionDues(scope, subscription);
  }
}

/** Coupons and codes that can be used until a day. */
function* couponDues(scope: Scope): Generator<Due> {
  for (const coupon of scope.list('coupon')) {
    if (coupon.valid === true)
      yield {
        atSeconds: instant(coupon.redeem_by),
        run: (then) => void then.put('coupon', { ...coupon, valid: false }),
      };
  }
  for (const code of scope.list('promotion_code')) {
    if (code.active === true)
      yield {
        atSeconds: instant(code.expires_at),
        run: (then) => void then.put('promotion_code', { ...code, active: false }),
      };
  }
}

function* invoiceDues(scope: Scope, invoice: Entity): Generator<Due> {
  if (invoice.status === 'draft')
    yield {
      atSeconds: instant(invoice.automatically_finalizes_at),
      run: (then) => void finishDraft(then, invoice),
    };
  if (invoice.status === 'open' && invoice.collection_method === 'send_invoice')
    yield* overdue(scope, invoice);
  if (invoice.status === 'open')
    yield {
      atSeconds: instant(invoice.next_payment_attempt),
      run: (then) => void attempt(then, invoice),
    };
}

/** What is to be paid by hand and was not by its date leaves its subscription past due. */
function* overdue(scope: Scope, invoice: Entity): Generator<Due> {
  const subscription = scope.get('subscription', String(subscriptionOf(invoice)));
  if (subscription?.status !== 'active' || subscription.latest_invoice !== invoice.id) return;
  yield {
    atSeconds: instant(invoice.due_date),
    run(then) {
      then.emit('invoice.overdue', invoice);
      changeSubscription(then, subscription, { status: 'past_due' });
    },
  };
}

function* subscriptionDues(scope: Scope, subscription: Entity): Generator<Due> {
  const { status } = subscription;
  const pending = subscription.pending_update as { expires_at: number } | null;
  const pause = subscription.pause_collection as { resumes_at: number | null } | null;
  yield {
    atSeconds: instant(pending?.expires_at),
    run: (then) => dropPending(then, subscription),
  };
  yield {
    atSeconds: instant(pause?.resumes_at),
    run: (then) => void changeSubscription(then, subscription, { pause_collection: null }),
  };
  if (status === 'incomplete')
    yield {
      atSeconds: Number(subscription.created) + INCOMPLETE_SECONDS,
      run: (then) => void expire(then, subscription),
    };
  if (status === 'incomplete' || status === 'paused') return;
  if (status === 'trialing') yield* trialDues(scope, subscription);
  const end = nextEnd(subscription);
  const cancelSeconds = instant(subscription.cancel_at);
  if (cancelSeconds < end)
    yield {
      atSeconds: cancelSeconds,
      run: (then) => void endWithUsage(then, subscription, cancelSeconds),
    };
  const phaseSeconds = phaseEnd(scope, subscription);
  if (phaseSeconds < end)
    yield { atSeconds: phaseSeconds, run: (then) => void enterPhase(then, subscription) };
  yield { atSeconds: end, run: (then) => void renew(then, subscription) };
}

/** Three days before its end a trial says so, or at once when it is shorter. */
function* trialDues(scope: Scope, subscription: Entity): Generator<Due> {
  const trialEnd = Number(subscription.trial_end);
  if (scope.get('billing.trial_notice', subscription.id)?.trial_end === trialEnd) return;
  yield {
    atSeconds: Math.max(trialEnd - 3 * DAY_SECONDS, Number(subscription.trial_start)),
    run(then) {
      const notice = { id: subscription.id, object: 'billing.trial_notice', trial_end: trialEnd };
      then.put('billing.trial_notice', notice);
      then.emit('customer.subscription.trial_will_end', subscription);
    },
  };
}

/** A change that nobody paid for in time does not take place. */
function dropPending(scope: Scope, subscription: Entity): void {
  const waiting = scope.get('billing.pending_update', subscription.id);
  const invoice = scope.get('invoice', String(waiting?.invoice));
  if (invoice?.status === 'open') close(scope, invoice, 'void');
}

const clockOfBuyer = (scope: Scope, { customer }: Entity): unknown =>
  scope.get('customer', String(customer))?.test_clock ?? null;

const instant = (seconds: unknown): number => (typeof seconds === 'number' ? seconds : NEVER);
