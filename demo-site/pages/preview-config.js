/** How long a preview can be opened after it was made, and how wrong clocks may be. */
const LASTS_MS = 24 * 3_600_000;
const CLOCKS_MS = 5 * 60_000;
const LONGEST = 100_000;

const RADII = ['0', '0.375rem', '0.75rem', '1.25rem'];
const FONTS = [
  'inherit',
  'ui-sans-serif, system-ui, sans-serif',
  'ui-serif, Georgia, serif',
  'ui-monospace, Menlo, monospace',
];

class Wrong extends Error {}

/**
 * What a fragment asks to show: `{ preview, endsAtMs }`, or why nothing is shown: `{ reason }`,
 * `expired` or `wrong`. Anybody can write a fragment, so nothing is taken over that was not checked:
 * unknown fields are left out, texts are bounded, colours, fonts and addresses are of known forms.
 */
export function readPreview(fragment, nowMs) {
  try {
    const given = JSON.parse(decoded(fragment.replace(/^#/, '')));
    const madeAtMs = whole(given.madeAtMs, 0, Number.MAX_SAFE_INTEGER);
    if (madeAtMs > nowMs + CLOCKS_MS) throw new Wrong();
    const endsAtMs = madeAtMs + LASTS_MS;
    if (nowMs >= endsAtMs) return { reason: 'expired' };
    return { preview: previewOf(given), endsAtMs };
  } catch {
    return { reason: 'wrong' };
  }
}

function decoded(text) {
  if (!/^[\w-]+$/.test(text) || text.length > LONGEST) throw new Wrong();
  const bytes = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const codes = Uint8Array.from(bytes, (byte) => byte.codePointAt(0));
  return new TextDecoder('utf-8', { fatal: true }).decode(codes);
}

const previewOf = ({ kind, name, logoUrl, look, tiers, products }) => ({
  kind: oneOf(kind, ['saas', 'store', 'membership']),
  name: words(name, 60),
  logoUrl: orNull(logoUrl, address),
  look: {
    accent: orNull(look.accent, colour),
    surface: orNull(look.surface, colour),
    text: orNull(look.text, colour),
    radius: oneOf(look.radius, RADII),
    font: oneOf(look.font, FONTS),
  },
  tiers: list(tiers, 20, tier),
  products: list(products, 20, product),
});

const tier = (given) => ({
  name: matching(given.name, /^[a-z][a-z0-9_-]{0,39}$/),
  displayName: words(given.displayName, 60),
  description: words(given.description, 300, 0),
  price: money(given.price),
  currency: orNull(given.currency, currency),
  interval: orNull(given.interval, interval),
  limit: units(given.limit),
  features: list(given.features, 20, (line) => words(line, 120)),
  popular: yes(given.popular),
  priceId: orNull(given.priceId, id),
  prices: list(given.prices, 20, (price) => ({
    priceId: id(price.priceId),
    price: money(price.price),
    currency: currency(price.currency),
    interval: interval(price.interval),
  })),
  trialDays: whole(given.trialDays, 0, 730),
  overage: [],
});

const product = (given) => {
  const shown = {
    id: id(given.id),
    name: words(given.name, 120),
    price: money(given.price),
    currency: currency(given.currency),
    priceId: id(given.priceId),
    inventory: units(given.inventory),
    maxQuantity: whole(given.maxQuantity, 1, 1000),
  };
  const stock = {
    inventory: shown.inventory,
    soldOut: shown.inventory === 0,
    lowStock: false,
    maxQuantity: shown.maxQuantity,
  };
  const { priceId, price } = shown;
  const prices = [{ priceId, price, currency: shown.currency }];
  return {
    ...shown,
    ...stock,
    description: words(given.description, 2000, 0),
    category: null,
    imageUrl: null,
    images: [],
    variants: [{ ...stock, id: shown.id, name: '', image: null, prices }],
  };
};

const must = (value, isRight) => {
  if (!isRight) throw new Wrong();
  return value;
};
const orNull = (value, read) => (value === null ? null : read(value));
const list = (value, most, read) =>
  must(value, Array.isArray(value) && value.length <= most).map((each) => read(each));
const matching = (value, pattern) => must(value, typeof value === 'string' && pattern.test(value));
const words = (value, most, least = 1) =>
  must(value, typeof value === 'string' && value.length <= most && value.trim().length >= least);
const whole = (value, least, most) =>
  must(value, Number.isSafeInteger(value) && value >= least && value <= most);
const yes = (value) => must(value, typeof value === 'boolean');
const oneOf = (value, all) => must(value, all.includes(value));
const money = (value) => whole(value, 0, 99_999_999);
const units = (value) => (value === 'unlimited' ? value : whole(value, 0, 1e12));
const currency = (value) => matching(value, /^[a-z]{3}$/);
const interval = (value) => oneOf(value, ['month', 'year']);
const colour = (value) => matching(value, /^#[0-9a-f]{6}$/i);
const id = (value) => matching(value, /^[\w-]{1,60}$/);

function address(value) {
  const text = words(value, 2000);
  const url = URL.canParse(text) ? new URL(text) : null;
  return must(text, url !== null && /^https?:$/.test(url.protocol) && url.username === '');
}
