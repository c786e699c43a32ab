import { expect, type Locator, type Page } from '@playwright/test';
import { type Site, serve } from './site.ts';
import { control, local } from './stack.ts';
import { ask, newTenant, operatorSecret, type Tenant } from './tenant.ts';

/** A key of the sandbox's platform, which may act for every account connected to it. */
const PLATFORM_KEY = 'sk_test_platform00000000';

/** A product of one variant; without stock it never runs out. */
export interface Ware {
  name: string;
  priceMinor: number;
  stockUnits?: number | null;
  [more: string]: unknown;
}

/** What a ware became: its ids, to change it and to buy it. */
interface Shelved {
  productId: string;
  variantId: string;
  priceId: string;
}

/** A shop of another developer, connected to an account of its own, and a page that shows it. */
export class TenantShop {
  readonly tenant: Tenant;
  readonly account: string;
  readonly #shelf = new Map<string, Shelved>();
  static readonly #sites = new Set<Site>();

  private constructor(tenant: Tenant, account: string) {
    this.tenant = tenant;
    this.account = account;
  }

  /** Opens a shop that sells these, sent to Germany and the US for 5 or 15 dollars. */
  static async open(wares: readonly Ware[]): Promise<TenantShop> {
    const tenant = await newTenant();
    const shop = new TenantShop(tenant, await connectStripe(tenant.id));
    await shop.manage('PUT', 'store', {
      shippingCountries: ['DE', 'US'],
      shippingOptions: [
        { name: 'Post', minDays: 3, maxDays: 7, prices: usd(500) },
        { name: 'Courier', minDays: 1, maxDays: 2, prices: usd(1500) },
      ],
      automaticTax: false,
      promotionCodes: true,
      collectPhone: false,
      minimumOrder: [],
      guestSharePercent: 100,
      restockOnRefund: false,
    });
    for (const ware of wares) await shop.put(ware);
    return shop;
  }

  /** Calls a management route of this shop. */
  async manage(method: string, path: string, body?: object): Promise<any> {
    const answer = await ask(
      method,
      `/api/projects/${this.tenant.id}/test/${path}`,
      operatorSecret,
      body,
    );
    expect(answer.code, JSON.stringify(answer)).toBeUndefined();
    return answer;
  }

  /** The ware of a number in a shop that was filled. */
  static thing(number: number): Ware {
    return {
      name: `Thing ${number}`,
      description: 'Made by hand in small numbers, of paper that lasts. '.repeat(2),
      category: `Shelf ${number % 9}`,
      position: number,
      priceMinor: 1000 + number,
      stockUnits: 10,
    };
  }

  /** Puts so many things on sale, a few at a time. */
  async fill(count: number): Promise<void> {
    const left = [...Array(count).keys()];
    const putIn = async () => {
      for (let number = left.pop(); number !== undefined; number = left.pop())
        await this.put(TenantShop.thing(number));
    };
    await Promise.all(Array.from({ length: 12 }, putIn));
  }

  /** Puts a ware on sale, or one of that name as it is now. */
  async put({ priceMinor, stockUnits, ...product }: Ware): Promise<void> {
    const known = this.#shelf.get(product.name);
    const id = known ? { id: known.variantId } : {};
    const stock = known ? {} : { stockUnits: stockUnits ?? null };
    const body = { ...product, variants: [{ ...id, name: '', ...stock, prices: usd(priceMinor) }] };
    const put = known
      ? await this.manage('PUT', `products/${known.productId}`, body)
      : await this.manage('POST', 'products', body);
    const [variant] = put.product.variants;
    this.#shelf.set(product.name, {
      productId: put.product.id,
      variantId: variant.id,
      priceId: variant.prices[0].priceId,
    });
  }

  /** The ids of a ware. */
  idsOf(name: string): Shelved {
    const found = this.#shelf.get(name);
    if (!found) throw new Error(`Nothing here is called ${name}.`);
    return found;
  }

  /** Sets what is on hand of a ware. */
  async stock(name: string, stockUnits: number): Promise<void> {
    const { productId, variantId } = this.idsOf(name);
    await this.manage('POST', `products/${productId}/variants/${variantId}/stock`, { stockUnits });
  }

  /** What anybody is told there is of a ware. */
  async inventory(name: string): Promise<number | 'unlimited'> {
    const { products } = await ask('GET', '/api/products', this.tenant.pk);
    return products.find((product: { name: string }) => product.name === name).inventory;
  }

  /** Gives all buyers a code that takes a tenth off. */
  async promote(code: string): Promise<void> {
    const coupon = await this.#stripe('coupons', { percent_off: '10', duration: 'once' });
    await this.#stripe('promotion_codes', {
      code,
      'promotion[type]': 'coupon',
      'promotion[coupon]': coupon.id,
    });
  }

  async #stripe(path: string, form: Record<string, string>): Promise<{ id: string }> {
    const answer = await fetch(`${local.sandbox.stripe}/v1/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${PLATFORM_KEY}`, 'stripe-account': this.account },
      body: new URLSearchParams(form),
    });
    const body = (await answer.json()) as { id: string };
    expect(answer.status, JSON.stringify(body)).toBe(200);
    return body;
  }

  /** Serves a page of this shop, on another site than the edge. */
  async serve(body: string, headers?: Record<string, string>, lang = 'en'): Promise<string> {
    const script = `<script type="module" async src="${local.edge}/v1/dream.js" data-dream-key="${this.tenant.pk}"></script>`;
    const site = await serve(
      `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>Quills</title>${script}</head><body><main><h1>Quills</h1>${body}</main></body></html>`,
      headers,
    );
    TenantShop.#sites.add(site);
    return site.url;
  }

  /** Closes the pages of all shops. */
  static closeAll(): void {
    for (const site of TenantShop.#sites) site.stop();
    TenantShop.#sites.clear();
  }

  /** The orders of this shop, the newest first. */
  async orders(): Promise<any[]> {
    return (await ask('GET', '/api/orders', this.tenant.sk)).orders;
  }
}

const usd = (priceMinor: number) => [{ priceMinor, currency: 'usd' }];

/** Connects the test environment of a project to an account of its own; gives the account's id. */
export async function connectStripe(project: string): Promise<string> {
  const stripe = `/api/projects/${project}/test/stripe`;
  const { state } = await ask('POST', `${stripe}/start`, operatorSecret, {
    redirectUrl: 'http://localhost:5173/stripe',
  });
  const { code } = await connectAccount();
  const { account } = await ask('POST', stripe, operatorSecret, { code, state });
  const { stripeAccountId } = account;
  await ask('POST', `${stripe}/confirm`, operatorSecret, { stripeAccountId });
  return stripeAccountId;
}

/** A new account of the sandbox; its code is what a developer's browser would bring. */
async function connectAccount(): Promise<{ code: string }> {
  const answer = await fetch(`${local.sandbox.stripe}/_sandbox/connect`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ mode: 'test', name: 'Quills' }),
  });
  return (await answer.json()) as { code: string };
}

/** Goes to a page whose own buttons add to the cart, and waits until they do: widgets load late. */
export async function enter(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.evaluate(() => customElements.whenDefined('dream-cart').then(() => undefined));
}

/** The drawer that is open. */
export const drawer = (page: Page): Locator => page.getByRole('dialog').filter({ visible: true });

/** A line of the open cart. */
export const line = (page: Page, name: string): Locator =>
  drawer(page).getByRole('listitem').filter({ hasText: name });

/** Puts a product of the grid into the cart, which opens. */
export const add = (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name: `Add to cart: ${name}` }).click();

/** Leaves the open cart for Stripe's page. */
export async function checkOut(page: Page): Promise<void> {
  await drawer(page).getByRole('button', { name: 'Check out' }).click();
  await page.waitForURL(/\/c\/pay\//);
}

/** Fills in where the things are sent. */
export async function fillAddress(page: Page): Promise<void> {
  await page.locator('#shippingName').fill('Ada Lovelace');
  await page.locator('#shippingCountry').selectOption('DE');
  await page.locator('#shippingLine1').fill('Hauptstraße 1');
  await page.locator('#shippingPostal').fill('10115');
  await page.locator('#shippingCity').fill('Berlin');
}

/** The checkout session of Stripe's page. */
export const checkoutOf = (page: Page): string => /cs_\w+/.exec(page.url())?.[0] ?? '';

/** Has the bank answer a payment that was on its way. */
export const settle = (checkoutId: string, outcome: 'succeeds' | 'fails'): Promise<void> =>
  control(`checkout/${checkoutId}/settle`, { outcome });
