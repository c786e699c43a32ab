import { expect, it } from 'vitest';
import { inEnvironment, paths } from './paths.ts';
import { match } from './routes.ts';

const urls = [
  paths.welcome(),
  paths.start('branding'),
  paths.start('tiers'),
  paths.start('look'),
  paths.start('preview'),
  paths.saveStart(),
  paths.projects(),
  paths.newProject(),
  paths.account(),
  paths.totals('live'),
  paths.totals('test'),
  paths.plan(),
  paths.operatorProjects(),
  paths.operatorHealth(),
  paths.stripeReturn(),
  paths.promote('prj_a'),
  paths.overview('prj_a', 'test'),
  paths.metrics('prj_a', 'live'),
  paths.integrate('prj_a', 'test'),
  paths.tiers('prj_a', 'live'),
  paths.newTier('prj_a', 'test'),
  paths.tier('prj_a', 'test', 'pro'),
  paths.products('prj_a', 'test'),
  paths.newProduct('prj_a', 'live'),
  paths.product('prj_a', 'test', 'prod_1'),
  paths.orders('prj_a', 'test'),
  paths.order('prj_a', 'test', 'ord_1'),
  paths.store('prj_a', 'test'),
  paths.customers('prj_a', 'live'),
  paths.customer('prj_a', 'test', 'cust_1'),
  paths.keys('prj_a', 'test'),
  paths.origins('prj_a', 'test'),
  paths.stripe('prj_a', 'live'),
  paths.webhooks('prj_a', 'test'),
  paths.webhook('prj_a', 'test', 'hook_1'),
  paths.stripeEvents('prj_a', 'test'),
  paths.clerk('prj_a', 'test'),
  paths.turnstile('prj_a', 'live'),
  paths.requests('prj_a', 'test'),
  paths.request('prj_a', 'test', 'req_1'),
  paths.audit('prj_a', 'test'),
  paths.settings('prj_a', 'test'),
];

it('keeps every URL that was ever given out', () => {
  expect(urls).toEqual([
    '/',
    '/start',
    '/start/tiers',
    '/start/look',
    '/start/preview',
    '/start/save',
    '/projects',
    '/projects/new',
    '/account',
    '/totals',
    '/totals/test',
    '/plan',
    '/operator',
    '/operator/health',
    '/stripe',
    '/projects/prj_a/promote',
    '/projects/prj_a/test',
    '/projects/prj_a/live/metrics',
    '/projects/prj_a/test/integrate',
    '/projects/prj_a/live/tiers',
    '/projects/prj_a/test/tiers/new',
    '/projects/prj_a/test/tiers/edit/pro',
    '/projects/prj_a/test/products',
    '/projects/prj_a/live/products/new',
    '/projects/prj_a/test/products/edit/prod_1',
    '/projects/prj_a/test/orders',
    '/projects/prj_a/test/orders/ord_1',
    '/projects/prj_a/test/store',
    '/projects/prj_a/live/customers',
    '/projects/prj_a/test/customers/cust_1',
    '/projects/prj_a/test/keys',
    '/projects/prj_a/test/origins',
    '/projects/prj_a/live/stripe',
    '/projects/prj_a/test/webhooks',
    '/projects/prj_a/test/webhooks/hook_1',
    '/projects/prj_a/test/webhooks/stripe',
    '/projects/prj_a/test/clerk',
    '/projects/prj_a/live/turnstile',
    '/projects/prj_a/test/requests',
    '/projects/prj_a/test/requests/req_1',
    '/projects/prj_a/test/audit',
    '/projects/prj_a/test/settings',
  ]);
});

it('has a page for every URL, and gives back what the URL was made of', () => {
  expect(urls.filter((url) => match(url) === null)).toEqual([]);
  expect(match(paths.tier('prj_a', 'live', 'a/b ?'))?.params).toEqual({
    project: 'prj_a',
    mode: 'live',
    tier: 'a/b ?',
  });
});

it('has no page for a third environment, a path that is too long, or a broken escape', () => {
  const others = ['/projects/prj_a/prod', '/projects/prj_a/test/keys/more', '/projects/%E0/test'];
  expect(others.filter((path) => match(path) !== null)).toEqual([]);
});

it('takes a page along to the other environment, but not what is shown on it', () => {
  expect(inEnvironment('/projects/prj_a/test/keys', 'prj_a', 'live')).toBe(
    '/projects/prj_a/live/keys',
  );
  expect(inEnvironment('/projects/prj_a/test', 'prj_a', 'live')).toBe('/projects/prj_a/live');
  expect(inEnvironment('/projects/prj_a/test/tiers/edit/pro', 'prj_a', 'live')).toBe(
    '/projects/prj_a/live/tiers',
  );
});
