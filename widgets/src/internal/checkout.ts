import type { CheckoutPlace, Subscription } from '@dream/contract';
import type { Page } from './page.ts';

/** Where a customer comes back to; left out, the page itself. */
export interface Return {
  successUrl?: string | undefined;
  cancelUrl?: string | undefined;
}

/** What is bought, and where it is paid. */
interface Purchase extends Return {
  tier: string;
  priceId?: string | undefined;
  /** In a dialog over the page, where Stripe.js can run; on Stripe's own page otherwise. */
  isEmbedded?: boolean;
}

/** Has the signed-in customer pay for a tier; a subscriber's plan is changed at once. */
export async function checkOut(page: Page, purchase: Purchase): Promise<void> {
  const { tier, priceId, successUrl, cancelUrl, isEmbedded = false } = purchase;
  const here = location.href.split('#')[0] ?? '';
  const body = {
    tier,
    priceId,
    successUrl: absolute(successUrl) ?? here,
    cancelUrl: absolute(cancelUrl) ?? here,
    embedded: isEmbedded,
  };
  const { url, embedded } = await page.authed((token) =>
    page.api.post<CheckoutPlace>('create-checkout', body, token),
  );
  if (embedded) return payHere(page, purchase, embedded);
  if (url === body.successUrl) return page.renew();
  page.tell('dream-checkout-start', { tier });
  return go(url);
}

/**
 * Leads the signed-in customer to a plan from outside the table of plans. A subscriber pays at once
 * for a change, so it wants a yes: the table asks for it, or Stripe's portal where there is none.
 */
export async function upgradeTo(page: Page, purchase: Purchase): Promise<void> {
  if (!page.view.customer?.subscription) return checkOut(page, purchase);
  const table = document.querySelector('dream-pricing');
  if (!table) return openPortal(page);
  table.scrollIntoView({ behavior: 'smooth', block: 'center' });
}

/** Pays inside the page; what cannot be paid there is paid on Stripe's own. */
async function payHere(
  page: Page,
  purchase: Purchase,
  embedded: NonNullable<CheckoutPlace['embedded']>,
): Promise<void> {
  const { payInPage } = await import('../pricing/checkout-dialog.ts');
  page.tell('dream-checkout-start', { tier: purchase.tier });
  const isPaid = await payInPage(embedded);
  if (isPaid === null) return checkOut(page, { ...purchase, isEmbedded: false });
  if (!isPaid) return;
  const { confirmCheckout } = await import('./returned.ts');
  await confirmCheckout(page, embedded.clientSecret.split('_secret_')[0] ?? '');
  if (purchase.successUrl) location.assign(absolute(purchase.successUrl) ?? '');
}

/** Sends the signed-in customer to where card and subscription are managed. */
export async function openPortal(page: Page, returnUrl?: string): Promise<void> {
  const { url } = await page.authed((token) =>
    page.api.post<{ url: string }>(
      'customer-portal',
      { returnUrl: absolute(returnUrl) ?? location.href.split('#')[0] },
      token,
    ),
  );
  return go(url);
}

/** Takes back a cancellation, or a change that is to come. */
export async function keepPlan(page: Page): Promise<void> {
  const { subscription } = await page.authed((token) =>
    page.api.post<{ subscription: Subscription }>('subscription/resume', {}, token),
  );
  const { customer } = page.view;
  if (customer) page.customer = { ...customer, subscription };
}

/** An address as seen from the page. */
export const absolute = (url: string | undefined): string | undefined =>
  url === undefined ? undefined : new URL(url, document.baseURI).href;

/** Leaves the page. Payment pages refuse to be framed, so a framed page leaves by its top. */
export async function go(url: string): Promise<void> {
  if (!/^https?:$/.test(new URL(url).protocol)) throw new Error(`Not a web address: ${url}`);
  try {
    (window.top ?? window).location.assign(url);
  } catch {
    window.open(url, '_blank');
    return;
  }
  // The button stays busy until the page is gone; one that comes back by the back button wakes up.
  await new Promise<void>((resolve) => {
    addEventListener('pageshow', ({ persisted }) => persisted && resolve(), { once: true });
  });
}
