import { DreamError } from '../internal/api.ts';
import type { Page } from '../internal/page.ts';
import type { Shop } from './shop.ts';

/** A checkout asks Stripe, and may have another one expired there before. */
const TIMEOUT_MS = 30_000;

/** The attempt that got no answer: the same again under its key is answered as it would have been. */
let unanswered: { sent: string; key: string } | null = null;

/** What the cart is ordered with. */
interface Asked {
  items: readonly { priceId: string; quantity: number }[];
  successUrl: string;
  cancelUrl: string;
  /** The order of this cart that was begun before: it is closed first, or handed out again. */
  replaces?: { orderId: string; orderToken: string };
}

/** Where the cart is paid. */
interface Place {
  url: string;
  orderId: string;
  orderToken: string;
}

/** Orders the cart, once however often it is asked, and remembers the order. */
export async function openCheckout(
  page: Page,
  shop: Shop,
  urls: Pick<Asked, 'successUrl' | 'cancelUrl'>,
): Promise<Place> {
  const { lines, order } = shop.kept;
  const items = lines.map(({ priceId, quantity }) => ({ priceId, quantity }));
  const replaces = order && { orderId: order.id, orderToken: order.token };
  const place = await post(page, { items, ...urls, ...(replaces && { replaces }) });
  const { orderId: id, orderToken: token } = place;
  shop.edit(() => ({ order: { id, token, lines } }));
  return place;
}

async function post(page: Page, body: Asked): Promise<Place> {
  const sent = JSON.stringify(body);
  const key = unanswered?.sent === sent ? unanswered.key : randomKey();
  unanswered = { sent, key };
  const send = async (token?: string): Promise<Place> => {
    const response = await fetch(page.api.url('cart/checkout'), {
      method: 'POST',
      body: sent,
      credentials: 'omit',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { 'idempotency-key': key, ...(token && { authorization: `Bearer ${token}` }) },
    });
    const answer = await response.json().catch(() => ({}));
    if (response.status < 500) unanswered = null;
    if (!response.ok) throw new DreamError(response.status, answer);
    return answer as Place;
  };
  return page.view.customer ? page.authed(send) : send();
}

/** `crypto.randomUUID` is not there on pages without TLS, as on a developer's own machine. */
const randomKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
