import { isOver, toDreamError } from './api.ts';
import type { Page } from './page.ts';

/** The query parameter by which a customer comes back from checkout. Same as in page.ts. */
const CHECKOUT_PARAM = 'dream_checkout';

/**
 * Back from checkout, or paid in the page: the plan is made right before anything is shown, webhook
 * or not.
 */
export async function confirmCheckout(page: Page, checkoutId: string): Promise<void> {
  let status = 'open';
  try {
    ({ status } = await page.authed((token) =>
      page.api.post<{ status: string }>('checkout/confirm', { checkoutId }, token),
    ));
    forgetCheckout();
  } catch (error) {
    // What is not known yet is asked again at the next load; what is wrong is asked once.
    if (isOver(error)) throw error;
    const { status } = toDreamError(error);
    if (status < 500 && status > 0) forgetCheckout();
    page.fail(error);
  }
  await page.renew();
  const plan = page.view.customer?.plan ?? '';
  if (status === 'complete') page.tell('dream-checkout-complete', { checkoutId, plan });
}

/** Takes the checkout out of the page's address: a reload asks nothing about it. */
export function forgetCheckout(): void {
  const url = new URL(location.href);
  if (!url.searchParams.has(CHECKOUT_PARAM)) return;
  url.searchParams.delete(CHECKOUT_PARAM);
  history.replaceState(history.state, '', url);
}
