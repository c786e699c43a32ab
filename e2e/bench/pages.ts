import { chromium } from '@playwright/test';
import startStack from '../stack.setup.ts';
import { startFront } from './front.ts';
import { firstPrice, type Sight } from './sight.ts';

const ROUNDS = 7;
const PRODUCTS = 1000;
/** As many cards as `<dream-cart>` draws first. */
const CARDS = 12;

const page = (lang: string, head: string, body: string) =>
  `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>A site</title>${head}</head><body><main><h1>A site</h1>${body}</main></body></html>`;
const escaped = (text: unknown) =>
  String(text).replaceAll(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
/** The same words as plain markup: what a page without us would have to bring, too. */
const plain = (things: readonly { name: string; about: string; price: string }[]) =>
  page(
    'en',
    '',
    things
      .map(
        ({ name, about, price }) =>
          `<article><h2>${escaped(name)}</h2><p>${escaped(about)}</p><p class="price">${escaped(price)}</p><button>Choose</button></article>`,
      )
      .join(''),
  );
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const shuffled = <Value>(values: readonly Value[]): Value[] =>
  values
    .map((value) => ({ value, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ value }) => value);

const stop = await startStack();
const browser = await chromium.launch({
  executablePath: process.env.PLAYWRIGHT_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update'],
});
try {
  // They read where everything is as they are loaded.
  const [{ TenantShop }, { local }, { ask }] = await Promise.all([
    import('../tests/shop.ts'),
    import('../tests/stack.ts'),
    import('../tests/tenant.ts'),
  ]);
  const shop = await TenantShop.open([]);
  await shop.fill(PRODUCTS);
  const { tiers } = await ask('GET', '/api/tiers', local.project.sk);
  const plans = (tiers as { displayName: string; description: string; features: string[] }[]).map(
    ({ displayName, description, features }) => ({
      name: displayName,
      about: [description, ...features].join(', '),
      price: '$19 a month',
    }),
  );
  const things = Array.from({ length: CARDS }, (_, at) => TenantShop.thing(at)).map(
    ({ name, description, priceMinor }) => ({
      name,
      about: String(description),
      price: `$${priceMinor / 100}`,
    }),
  );
  const front = await startFront(local.edge, (edge) => {
    const script = (pk: string) =>
      `<script type="module" async src="${edge}/v1/dream.js" data-dream-key="${pk}"></script>`;
    const ours = script(local.project.pk);
    return new Map([
      ['table', page('en', ours, '<dream-pricing></dream-pricing>')],
      ['table-in-german', page('de', ours, '<dream-pricing></dream-pricing>')],
      ['plain-table', plain(plans)],
      ['grid', page('en', script(shop.tenant.pk), '<dream-cart></dream-cart>')],
      ['plain-grid', plain(things)],
    ]);
  });
  const names = ['table', 'table-in-german', 'plain-table', 'grid', 'plain-grid'];
  const seen = new Map<string, Sight[]>(names.map((name) => [name, []]));
  for (let round = 0; round <= ROUNDS; round++)
    for (const name of shuffled(names)) {
      const sight = await firstPrice(browser, front.pageUrl(name));
      // The first round warms the edge's own caches, as other visitors have.
      if (round > 0) seen.get(name)?.push(sight);
    }
  const msOf = (name: string) => median((seen.get(name) ?? []).map(({ visibleMs }) => visibleMs));
  for (const name of names) {
    const { requests, bytes, chain } = seen.get(name)?.at(-1) ?? { chain: [] };
    const times = (seen.get(name) ?? []).map(({ visibleMs }) => visibleMs.toFixed(0));
    const ratio = (msOf(name) / msOf(/table/.test(name) ? 'plain-table' : 'plain-grid')).toFixed(2);
    console.log(
      `${name}: median ${msOf(name).toFixed(0)} ms (${times.join(', ')}), ${ratio} times plain HTML, ${requests} requests after the page, ${bytes} bytes with it`,
    );
    for (const each of chain) console.log(`    ${each}`);
  }
  front.stop();
} finally {
  await browser.close();
  await stop();
}
