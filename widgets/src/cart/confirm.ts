import type { OrderReceipt } from '@dream/contract';
import { toDreamError } from '../internal/api.ts';
import type { Page } from '../internal/page.ts';
import { takeOut } from './corrections.ts';
import type { Shop } from './shop.ts';

/** The query parameter by which a buyer comes back from checkout. Same as in the contract. */
const ORDER_PARAM = 'dream_order';

/** What became of a checkout, webhook or not. What was paid leaves the cart. */
export async function confirm(page: Page, shop: Shop, checkoutId: string): Promise<OrderReceipt> {
  try {
    const { order } = await page.api.post<{ order: OrderReceipt }>('cart/confirm', { checkoutId });
    dropParam();
    if (isBought(order)) {
      takeOut(shop, order.id);
      page.tell('dream-checkout-complete', { checkoutId, orderId: order.id });
    }
    void shop.reload();
    return order;
  } catch (error) {
    // What is not known yet is asked again at the next load; what is wrong is asked once.
    const { status } = toDreamError(error);
    if (status > 0 && status < 500) dropParam();
    throw error;
  }
}

/** Whether an order is paid, or its payment is on its way. */
export const isBought = ({ status }: OrderReceipt): boolean =>
  !/pending|failed|expired|canceled/.test(status);

function dropParam(): void {
  const url = new URL(location.href);
  url.searchParams.delete(ORDER_PARAM);
  history.replaceState(history.state, '', url);
}
