import { readFile } from 'node:fs/promises';

type Json = Record<string, any>;

/** Calls a management route; `body` is sent as JSON, or as it is when it is bytes. */
export type Caller = (method: string, path: string, body?: object) => Promise<Json>;

const both = (usdMinor: number, eurMinor: number) => [
  { priceMinor: usdMinor, currency: 'usd' },
  { priceMinor: eurMinor, currency: 'eur' },
];

interface Variant {
  name: string;
  picture: string;
  stockUnits: number | null;
  prices: { priceMinor: number; currency: string }[];
}

interface Product {
  name: string;
  description: string;
  category: string;
  maxPerOrder?: number;
  variants: Variant[];
}

const one = (
  picture: string,
  stockUnits: number | null,
  prices: Variant['prices'],
): Product['variants'] => [{ name: '', picture, stockUnits, prices }];

/** What Versa Paper sells. The first product is the one its page shows first. */
const PRODUCTS: readonly Product[] = [
  {
    name: 'Desk notebook',
    description: '160 pages of 90 g paper that lie flat, a ribbon, and a cloth cover.',
    category: 'Paper',
    variants: [
      { name: 'Rust', picture: 'notebook-rust', stockUnits: 40, prices: both(2400, 2200) },
      { name: 'Pine', picture: 'notebook-pine', stockUnits: 3, prices: both(2400, 2200) },
      { name: 'Ink', picture: 'notebook-ink', stockUnits: 0, prices: both(2400, 2200) },
    ],
  },
  {
    name: 'Letter set',
    description: 'Twelve sheets, twelve envelopes, one stick of wax.',
    category: 'Paper',
    variants: one('letter-set', 25, both(1800, 1650)),
  },
  {
    name: 'Fountain pen',
    description: 'A steel nib that forgives. Takes a converter or short cartridges.',
    category: 'Pens and ink',
    variants: one('fountain-pen', 12, both(6900, 6400)),
  },
  {
    name: 'Ink, 50 ml',
    description: 'Slow to dry, kind to pens, and made for second thoughts.',
    category: 'Pens and ink',
    variants: [
      { name: 'Blue-black', picture: 'ink-blue', stockUnits: 60, prices: both(1400, 1300) },
      { name: 'Oxblood', picture: 'ink-oxblood', stockUnits: 18, prices: both(1400, 1300) },
      { name: 'Moss', picture: 'ink-moss', stockUnits: 4, prices: both(1600, 1500) },
    ],
  },
  {
    name: 'Six pencils',
    description: 'Soft, in six colours that go together. Already sharp.',
    category: 'Pens and ink',
    variants: one('pencils', 80, both(1200, 1100)),
  },
  {
    name: 'Broadsheet “Low Tide”',
    description: 'Printed by hand, framed in oak. An edition of thirty, and few are left.',
    category: 'For the wall',
    maxPerOrder: 1,
    variants: one('broadsheet', 2, both(18_000, 16_800)),
  },
  {
    name: 'Postcards, ten',
    description: 'Three views, ten cards: enough for everybody you owe one.',
    category: 'Paper',
    variants: one('postcards', 120, both(900, 850)),
  },
  {
    name: 'Brass bookmark',
    description: 'Remembers where you were. Darkens with you.',
    category: 'For reading',
    variants: one('bookmark', 35, both(1500, 1400)),
  },
  {
    name: 'Reading lamp',
    description: 'A small circle of evening, on a brass foot.',
    category: 'For reading',
    variants: one('reading-lamp', 0, both(12_900, 11_900)),
  },
  {
    name: 'Tea “Evening pages”',
    description: 'Lemon balm, mint and a little patience. 100 g.',
    category: 'For reading',
    variants: one('tea-tin', 50, both(1300, 1200)),
  },
  {
    name: 'Tote bag',
    description: 'Heavy cotton. Carries two books and what you found on the way.',
    category: 'Other things',
    variants: [
      { name: 'Natural', picture: 'tote-natural', stockUnits: null, prices: both(2000, 1900) },
      { name: 'Rust', picture: 'tote-rust', stockUnits: null, prices: both(2000, 1900) },
    ],
  },
];

const STORE = {
  shippingCountries: ['US', 'CA', 'GB', 'DE', 'FR', 'AT', 'CH', 'NL'],
  shippingOptions: [
    { name: 'Post', minDays: 3, maxDays: 7, prices: both(600, 550) },
    { name: 'Courier', minDays: 1, maxDays: 2, prices: both(1800, 1600) },
  ],
  automaticTax: false,
  promotionCodes: true,
  collectPhone: false,
  minimumOrder: [],
  guestSharePercent: 80,
  restockOnRefund: true,
};

/**
 * Fills the shop of an environment through the management routes, unless it has products already.
 * Answers a price of its first product.
 */
export async function seedShop(call: Caller, project: string, mode: string): Promise<string> {
  const base = `/api/projects/${project}/${mode}`;
  const { products: known } = await call('GET', `${base}/products?limit=100`);
  if (known.length === 0) {
    await call('PUT', `${base}/store`, STORE);
    const pictures = await upload(call, base);
    for (const [position, { variants, ...product }] of PRODUCTS.entries()) {
      const ids = variants.map(({ picture }) => pictures.get(picture));
      await call('POST', `${base}/products`, {
        ...product,
        position,
        images: ids.map((id, index) => ({
          id,
          alt: [product.name, variants[index]?.name].filter(Boolean).join(', '),
        })),
        variants: variants.map(({ picture, ...variant }) => ({
          ...variant,
          image: pictures.get(picture),
        })),
      });
    }
  }
  const { products } = await call('GET', `${base}/products?limit=100`);
  const first = products.find(({ name }: Json) => name === PRODUCTS[0]?.name) ?? products[0];
  return String(first.variants[0].prices[0].priceId);
}

/** Uploads the pictures; answers their ids by name. */
async function upload(call: Caller, base: string): Promise<Map<string, string>> {
  const names = new Set(PRODUCTS.flatMap(({ variants }) => variants.map(({ picture }) => picture)));
  const ids = new Map<string, string>();
  for (const name of names) {
    const file = new URL(`../demo-site/pictures/${name}.webp`, import.meta.url);
    const { image } = await call('POST', `${base}/images`, new Uint8Array(await readFile(file)));
    ids.set(name, image.id);
  }
  return ids;
}
