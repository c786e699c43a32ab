import type { DreamCart } from './cart.ts';

/** The query parameter by which a buyer comes back from checkout. Same as in the contract. */
const ORDER_PARAM = 'dream_order';

/** The cart of the page; where there is none yet, one that shows nothing until it is opened. */
function onPage(): DreamCart {
  const all = [...document.querySelectorAll('dream-cart')];
  const found = all.find((each) => each.checkVisibility()) ?? all[0];
  if (found) return found;
  const own = document.createElement('dream-cart');
  own.setAttribute('view', 'drawer');
  document.body.append(own);
  return own;
}

/** Opens the cart of the page. */
export const openCart = (): Promise<void> => onPage().open();

/** What bears `data-dream-add` works like a button of ours, a link as well. */
function clicked(event: MouseEvent): void {
  const path = event.composedPath() as Partial<HTMLElement>[];
  const { dreamAdd, dreamQuantity } = path.find((node) => node.dataset?.dreamAdd)?.dataset ?? {};
  if (!dreamAdd || event.defaultPrevented || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  void onPage().addFromPage(dreamAdd, dreamQuantity);
}

/** Back from checkout, once all of the page is there. */
function cameBack(): void {
  const checkoutId = new URL(location.href).searchParams.get(ORDER_PARAM);
  if (checkoutId) void onPage().openOrders(checkoutId);
}

/** From now on `data-dream-add` works, and who comes back from checkout is told what became of it. */
export function serveThePage(): void {
  document.addEventListener('click', clicked);
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', cameBack);
  else cameBack();
}
