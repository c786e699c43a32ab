import type { Customer, Session } from '@dream/contract';
import type { Catalogue } from './cart/shop.ts';
import { emit } from './internal/events.ts';
import { languageOf, translated } from './internal/language.ts';
import { openSignup } from './internal/open-signup.ts';
import { dream } from './internal/runtime.ts';
import { toDreamError } from './internal/api.ts';
import { sessionOf } from './internal/tokens.ts';

// What all elements share is exported, so that it comes with the entry and not in a file more.
export { css, html, nothing } from 'lit';
export { DreamError, isOver, toDreamError } from './internal/api.ts';
export { baseStyles } from './internal/base.styles.ts';
export { chosenCurrency, currencyToShow } from './internal/currency.ts';
export { DreamElement } from './internal/dream-element.ts';
export { money } from './internal/money.ts';
export { commonTexts, notice, sayError } from './internal/notice.ts';

/** Each element's code, loaded when the first of its kind is seen. */
const ELEMENTS: Readonly<Record<string, () => Promise<unknown>>> = {
  'dream-account': () => import('./account/account.ts'),
  'dream-cart': () => import('./cart/cart.ts'),
  'dream-gate': () => import('./gate/gate.ts'),
  'dream-pricing': () => import('./pricing/pricing.ts'),
  'dream-signup': () => import('./signup/signup.ts'),
  'dream-usage-meter': () => import('./usage-meter/usage-meter.ts'),
};
const SELECTOR = Object.keys(ELEMENTS)
  .map((name) => `${name}:not(:defined)`)
  .concat('[data-dream-add]')
  .join();

/** A shop that shows products: those are asked for while its code is on its way. */
const GRID = 'dream-cart:not(:defined,[view=button],[view=drawer])';

/** What a page may ask of the widgets, as the global `Dream`. */
export interface Dream {
  /** `Dream('on', 'signin', fn)`: works before the script is loaded, too. Names without `dream-`. */
  (command: 'on' | 'off', event: string, listener: (event: CustomEvent) => void): void;
  /** The page's first data is there and who is signed in is known; never rejects. */
  readonly ready: Promise<void>;
  /** Who is signed in. */
  readonly customer: Customer | null;
  /** An access token for the page's own server, good for over a minute; null when signed out. */
  getToken(): Promise<string | null>;
  /** Opens the sign-in dialog; resolves to whether somebody is signed in. */
  open(what: 'signup'): Promise<boolean>;
  /** Opens the cart; resolves when it is open. */
  open(what: 'cart'): Promise<void>;
  /** Takes a session the site's own server made (`dream.sessions.create`); throws on anything else. */
  setSession(session: Session): void;
  signOut(): Promise<void>;
}

type Command = Parameters<Dream>;
type Stub = { q?: Command[] };

declare global {
  interface Window {
    Dream?: Dream | Stub;
  }
}

function listen(...[command, event, listener]: Command): void {
  const change = command === 'off' ? 'removeEventListener' : 'addEventListener';
  document[change](`dream-${event}`, listener as EventListener);
}

const api: Dream = Object.defineProperties(listen as unknown as Dream, {
  ready: { get: () => dream.page.load() },
  customer: { get: () => dream.started?.view.customer ?? null },
  getToken: { value: () => dream.page.load().then(() => dream.page.token()) },
  setSession: {
    value: (session: Session) => dream.page.signIn({ ...session, ...sessionOf(session) }),
  },
  signOut: { value: () => dream.page.signOut() },
  open: {
    value: async (what: string) => {
      if (what === 'cart') return (await import('./cart/cart.ts')).openCart();
      if (what === 'signup') return openSignup();
      throw new TypeError(`Dream.open takes no "${what}".`);
    },
  },
});

function loadElements(root: ParentNode | Element): void {
  const found = [
    ...root.querySelectorAll(SELECTOR),
    ...('matches' in root && root.matches(SELECTOR) ? [root] : []),
  ];
  const nameOf = ({ localName }: Element) => (localName in ELEMENTS ? localName : 'dream-cart');
  for (const [name, element] of new Map(found.map((each) => [nameOf(each), each]))) {
    load(name, element).catch((error: unknown) => {
      const { code, message } = toDreamError(error);
      emit(document, 'dream-error', { code, message });
    });
  }
}

/** The words are on their way with the code, where the page says its language; the element asks again. */
async function load(localName: string, element: Element): Promise<unknown> {
  const language = languageOf(element, undefined) ?? 'en';
  const words = translated({ localName }, language, language).catch(() => []);
  // The table's words bring its code.
  const code = localName === 'dream-pricing' && (await words)[0] ? null : ELEMENTS[localName]?.();
  // Whatever was seen first or last: a page may have a button of the cart beside its shop.
  const grid = document.querySelector(GRID);
  if (grid && !('config' in grid))
    // As the shop asks itself; where this fails, it asks again.
    dream.page.products ??= dream.page.api.get<Catalogue>('products?limit=48').catch(() => {});
  return code;
}

function start(): void {
  const { Dream: before } = window;
  window.Dream = api;
  for (const command of (before as Stub | undefined)?.q ?? []) listen(...command);
  loadElements(document);
  // The first data is on its way while the elements' code is.
  try {
    void dream.page.load();
  } catch (error) {
    console.error(toDreamError(error).message);
  }
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes) if (node instanceof Element) loadElements(node);
  }).observe(document, { childList: true, subtree: true });
}

// A page may include the script twice, or a framework may run it again.
if (!window.Dream || !('getToken' in window.Dream)) start();
