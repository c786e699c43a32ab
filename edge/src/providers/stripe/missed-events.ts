import type { Stripe } from 'stripe';
import { type Subject, subjectsOf } from './events.ts';
import { SOLD_EVENTS } from './sold-events.ts';

/** A stretch of Stripe's list of events, and how far it was read: the newest come first. */
export interface EventWindow {
  sinceMs: number;
  untilMs: number;
  /** The last event that was read, null when none was. */
  afterId: string | null;
}

/** A page of events, as hints. `isLast`: the window was read to its end. */
export interface EventPage {
  events: { id: string; type: string; subjects: Subject[] }[];
  isLast: boolean;
}

/** Reads the next events of a window, at most 100. */
export async function listEvents(
  stripe: Stripe,
  account: { stripeAccount?: string },
  { sinceMs, untilMs, afterId }: EventWindow,
): Promise<EventPage> {
  const page = await stripe.events.list(
    {
      types: SOLD_EVENTS,
      // Instants are whole seconds: those at both ends belong to it.
      created: { gte: Math.floor(sinceMs / 1000), lte: Math.floor(untilMs / 1000) },
      limit: 100,
      ...(afterId !== null && { starting_after: afterId }),
    },
    account,
  );
  const events = page.data.map((event) => ({
    id: event.id,
    type: event.type,
    subjects: subjectsOf(event),
  }));
  return { events, isLast: !page.has_more };
}
