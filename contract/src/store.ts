import * as v from 'valibot';
import { Currency, text, whole } from './primitives.ts';
import { managementErrors, managers } from './projects.ts';
import { route } from './respond.ts';

const path = '/api/projects/:project/:mode/store';

/** What Stripe Checkout shows at most. */
const MAX_SHIPPING_OPTIONS = 5;

const areUnlike = (currencies: readonly string[]): boolean =>
  new Set(currencies).size === currencies.length;

const ShippingOption = v.pipe(
  v.strictObject({
    name: text(60),
    /** Working days from the order to the door, as far as they are known. */
    minDays: v.optional(v.nullable(whole(1, 365)), null),
    maxDays: v.optional(v.nullable(whole(1, 365)), null),
    /** One of each currency the shop sells in; 0 is free. */
    prices: v.pipe(
      v.array(v.strictObject({ priceMinor: whole(0, 99_999_999), currency: Currency })),
      v.minLength(1, 'Must have a price.'),
      v.maxLength(20, 'Must have at most 20 prices.'),
      v.check(
        (list) => areUnlike(list.map(({ currency }) => currency)),
        'Must have one price for each currency.',
      ),
    ),
  }),
  v.check(
    ({ minDays, maxDays }) => minDays === null || maxDays === null || minDays <= maxDays,
    'Must not take fewer days at most than at least.',
  ),
);

/**
 * How the store of an environment sells. Without `shippingCountries` no address is asked for, and the
 * options are not offered. `guestSharePercent` is how much of a variant all guests who have not paid
 * yet may hold together. `restockOnRefund`: a full refund gives the pieces back to the stock,
 * unless it says otherwise itself.
 */
export const StoreSettings = v.strictObject({
  shippingCountries: v.optional(
    v.pipe(
      v.array(
        v.pipe(
          v.string('Must be a text.'),
          v.regex(/^[A-Z]{2}$/, 'Must be a country code of two capitals, like "US".'),
        ),
      ),
      v.maxLength(250, 'Must have at most 250 countries.'),
      v.check((list) => areUnlike(list), 'Must name each country once.'),
    ),
    [],
  ),
  shippingOptions: v.optional(
    v.pipe(
      v.array(ShippingOption),
      v.maxLength(MAX_SHIPPING_OPTIONS, `Must have at most ${MAX_SHIPPING_OPTIONS} options.`),
    ),
    [],
  ),
  automaticTax: v.optional(v.boolean(), false),
  promotionCodes: v.optional(v.boolean(), false),
  collectPhone: v.optional(v.boolean(), false),
  minimumOrder: v.optional(
    v.pipe(
      v.array(v.strictObject({ priceMinor: whole(1, 99_999_999), currency: Currency })),
      v.maxLength(20, 'Must have at most 20 amounts.'),
      v.check(
        (list) => areUnlike(list.map(({ currency }) => currency)),
        'Must have one amount for each currency.',
      ),
    ),
    [],
  ),
  guestSharePercent: v.optional(whole(1, 100), 80),
  restockOnRefund: v.optional(v.boolean(), false),
});
export type StoreSettings = v.InferOutput<typeof StoreSettings>;

/** How a store sells before anybody said otherwise. */
export const DEFAULT_STORE: StoreSettings = v.parse(StoreSettings, {});

export const getStore = route({
  method: 'get',
  path,
  summary: 'How the store sells: shipping, tax, promotion codes, minimum order, guests.',
  auth: managers,
  answer: v.object({ store: StoreSettings }),
  errors: managementErrors,
});

export const putStore = route({
  method: 'put',
  path,
  summary: 'Replace how the store sells. What is left out is as it was in the beginning.',
  auth: managers,
  body: StoreSettings,
  answer: v.object({ store: StoreSettings }),
  errors: managementErrors,
});
