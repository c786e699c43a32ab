/** What the widgets tell the page, by the name of the event. Details carry ids, never secrets. */
export interface DreamEvents {
  'dream-ready': { mode: 'test' | 'live' };
  /** Cancelable: a site with a login of its own prevents it, and goes there. */
  'dream-signin-request': Record<string, never>;
  'dream-signin': { customerId: string; isNew: boolean };
  'dream-signout': { customerId: string };
  'dream-plan-select': { tier: string; priceId: string | null };
  /** Of a plan, its tier; of a cart, its order. */
  'dream-checkout-start': { tier: string; orderId?: never } | { orderId: string; tier?: never };
  'dream-checkout-complete':
    | { checkoutId: string; plan: string; orderId?: never }
    | { checkoutId: string; orderId: string; plan?: never };
  'dream-cart-change': { count: number; currency: string | null; subtotalMinor: number };
  'dream-plan-change': { plan: string };
  'dream-usage-change': { feature: string; usageCount: number; remaining: number | 'unlimited' };
  'dream-limit-reached': { feature: string; limit: number | 'unlimited' };
  'dream-error': { code: string; message: string };
}

declare global {
  interface DocumentEventMap extends DreamEventMap {}
  interface HTMLElementEventMap extends DreamEventMap {}
}
type DreamEventMap = { [Name in keyof DreamEvents]: CustomEvent<DreamEvents[Name]> };

/** Tells the page; false when a listener prevented what was about to happen. */
export function emit<Name extends keyof DreamEvents>(
  target: EventTarget,
  name: Name,
  detail: DreamEvents[Name],
  cancelable = false,
): boolean {
  return target.dispatchEvent(
    new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable }),
  );
}
