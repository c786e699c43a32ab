import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { createCheckout, confirmCheckout } from './billing.ts';
import { createCustomer, ExternalId, Password, updateCustomer } from './customers.ts';
import { Currency, Email, HttpUrl, Name, PageQuery, ProjectId, text } from './primitives.ts';
import { createKey, rotateKey, SettingsPatch } from './projects.ts';
import { MAX_AMOUNT_UNITS, trackUsage } from './usage.ts';

const NUL = String.fromCharCode(0);
const TRACK = trackUsage.body as v.GenericSchema;

/** What a schema makes of a value, or the path and message of its first complaint. */
function read(schema: v.GenericSchema, value: unknown): unknown {
  const result = v.safeParse(schema, value);
  return result.success ? result.output : result.issues[0].message;
}

const accepts = (schema: v.GenericSchema | undefined, value: unknown): boolean =>
  schema !== undefined && v.is(schema, value);

it.each(['constructor', 'toString', '__proto__', 'other'])(
  'a body with a field "%s" that its call does not know is none',
  (name) => {
    expect(accepts(TRACK, JSON.parse(`{"amount":1,"${name}":1}`))).toBe(false);
    expect(accepts(createCustomer.body, JSON.parse(`{"email":"a@b.co","${name}":1}`))).toBe(false);
  },
);

describe('amounts', () => {
  it.each([
    [{}, { amount: 1 }],
    [{ amount: 1 }, { amount: 1 }],
    [
      { amount: 250, feature: 'exports' },
      { amount: 250, feature: 'exports' },
    ],
    [{ amount: MAX_AMOUNT_UNITS }, { amount: MAX_AMOUNT_UNITS }],
  ])('%j counts as %j', (body, counted) => {
    expect(v.parse(TRACK, body)).toEqual(counted);
  });

  it.each([
    0,
    -0,
    -1,
    1.5,
    1e21,
    MAX_AMOUNT_UNITS + 1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '1',
    '',
    'ten',
    true,
    null,
    [],
    [1],
    {},
  ])('%j is refused with the range that is allowed', (amount) => {
    expect(read(TRACK, { amount })).toBe('Must be a whole number from 1 to 1000000000.');
  });

  it('refuses a misspelt field instead of counting 1', () => {
    expect(accepts(TRACK, { amout: 5 })).toBe(false);
  });

  it.each(['text', 5, true, null])('%j is no body', (body) => {
    expect(accepts(TRACK, body)).toBe(false);
  });
});

describe('names of tiers and features', () => {
  it.each(['a', 'pro', 'pro-2', 'team_plan', 'x'.repeat(40)])('%j is one', (name) => {
    expect(read(Name, name)).toBe(name);
  });

  it.each([
    '',
    'Pro',
    '2pro',
    '-pro',
    '_pro',
    'pro plan',
    'pro ',
    'pro\n',
    'x'.repeat(41),
    'prö',
    '../pro',
    7,
    null,
  ])('%j is none', (name) => {
    expect(accepts(Name, name)).toBe(false);
  });

  it('accepts names that objects have by nature, so they must be looked up with care', () => {
    expect(accepts(Name, 'constructor')).toBe(true);
    expect(accepts(Name, '__proto__')).toBe(false);
  });
});

describe('e-mail addresses', () => {
  it.each([
    ['ada@example.com', 'ada@example.com'],
    ['  Ada@Example.COM ', 'ada@example.com'],
    ['ada+clerk_test@example.com', 'ada+clerk_test@example.com'],
    ["o'neil@example.co.uk", "o'neil@example.co.uk"],
    ['a@b.co', 'a@b.co'],
    [`${'x'.repeat(64)}@example.com`, `${'x'.repeat(64)}@example.com`],
  ])('%j is kept as %j', (given, kept) => {
    expect(read(Email, given)).toBe(kept);
  });

  it.each([
    '',
    'ada',
    'ada@',
    '@example.com',
    'ada@example',
    'ada@@example.com',
    'ada example@example.com',
    'ada@exa mple.com',
    'ada@-example.com',
    '.ada@example.com',
    'ada@127.0.0.1',
    `${'x'.repeat(65)}@example.com`,
    'ada@example..com',
    'ada@example.com, eve@example.com',
    'ada@example.com\nbcc: eve@example.com',
    'Ada <ada@example.com>',
    `ada${NUL}@example.com`,
    `${'x'.repeat(250)}@example.com`,
    5,
    null,
    ['ada@example.com'],
  ])('%j is refused', (given) => {
    expect(accepts(Email, given)).toBe(false);
  });
});

describe("a developer's own ids", () => {
  it.each([
    '1',
    'user_42',
    'auth0|5f7c8ec7c33c6c004bbafe82',
    'ada@example.com',
    'mit Leerzeichen',
    'Größe',
    '利用者一',
    '👩‍🚀'.normalize().slice(0, 2),
    'constructor',
    'cust',
    'CUST_1',
    '...',
    '.hidden',
    'x'.repeat(128),
  ])('%j is one', (id) => {
    expect(read(ExternalId, id)).toBe(id);
  });

  it.each([
    '',
    ' ',
    ' padded',
    'padded ',
    'two\nlines',
    'tab\there',
    `nul${NUL}`,
    'right\u202eleft',
    'zero\u200bwidth',
    '\ufeffmark',
    'half \ud83d',
    'x'.repeat(129),
    'x'.repeat(10_000),
    'cust_1',
    'cust_0123456789abcdefghijkl',
    42,
    null,
  ])('%j is refused', (id) => {
    expect(accepts(ExternalId, id)).toBe(false);
  });

  it.each(['.', '..'])('%j is refused, because no URL can carry it', (id) => {
    expect(read(ExternalId, id)).toBe('Must not be "." or "..": a URL cannot carry it.');
  });
});

describe('passwords', () => {
  it.each(['12345678', 'correct horse battery staple', ' spaces count ', 'x'.repeat(72)])(
    '%j is passed on as it is',
    (password) => {
      expect(read(Password, password)).toBe(password);
    },
  );

  it.each(['', '1234567', 'x'.repeat(73), 12_345_678, null])('%j is refused', (password) => {
    expect(accepts(Password, password)).toBe(false);
  });
});

describe('text for people', () => {
  it.each([
    ['Ada', 'Ada'],
    ['  Ada  ', 'Ada'],
    ["D'Arcy-Ünal <b>", "D'Arcy-Ünal <b>"],
    ['x'.repeat(10), 'x'.repeat(10)],
    ['x'.repeat(10).padEnd(20), 'x'.repeat(10)],
  ])('%j is kept as %j', (given, kept) => {
    expect(read(text(10 + 5), given)).toBe(kept);
  });

  it.each(['', '   ', 'x'.repeat(16), 'two\nlines', `nul${NUL}`, 'del\u007f', 5, null])(
    '%j is refused',
    (given) => {
      expect(accepts(text(15), given)).toBe(false);
    },
  );
});

describe('URLs', () => {
  it.each([
    'https://example.com',
    'http://localhost:5174/app?x=1#top',
    'https://例え.jp/',
    `https://example.com/${'x'.repeat(1980)}`,
  ])('%j is one to be sent to', (url) => {
    expect(read(HttpUrl, url)).toBe(url);
  });

  it.each([
    '',
    '/welcome',
    '//example.com',
    'example.com',
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'ftp://example.com',
    'https://',
    'https://user:password@example.com',
    `https://example.com/${'x'.repeat(2000)}`,
    7,
    null,
  ])('%j is not', (url) => {
    expect(accepts(HttpUrl, url)).toBe(false);
  });
});

describe('other parts of a request', () => {
  it.each([
    ['usd', 'usd'],
    ['EUR', 'eur'],
  ])('currency %j is kept as %j', (given, kept) => {
    expect(read(Currency, given)).toBe(kept);
  });

  it.each(['', 'us', 'usdd', '$', 'u s', 5])('currency %j is refused', (given) => {
    expect(accepts(Currency, given)).toBe(false);
  });

  it.each([
    [{}, { limit: 20 }],
    [{ limit: '1' }, { limit: 1 }],
    [
      { limit: '100', cursor: 'abc' },
      { limit: 100, cursor: 'abc' },
    ],
  ])('the page %j is read as %j', (query, page) => {
    expect(v.parse(PageQuery, query)).toEqual(page);
  });

  it.each(['0', '101', '-1', '1.5', '1e1', ' 5', 'all', ''])('page size %j is refused', (limit) => {
    expect(accepts(PageQuery, { limit })).toBe(false);
  });

  it.each(['prj_dream', 'prj_0a1b2c'])('%j is a project id', (id) => {
    expect(accepts(ProjectId, id)).toBe(true);
  });

  it.each(['prj_', 'PRJ_A', 'prj_a/b', 'prj_A', `prj_${'a'.repeat(41)}`, 'cust_1'])(
    '%j is no project id',
    (id) => {
      expect(accepts(ProjectId, id)).toBe(false);
    },
  );

  it.each(['cs_test_a1B2', 'cs_live_x'])('%j is a checkout id', (checkoutId) => {
    expect(accepts(confirmCheckout.body, { checkoutId })).toBe(true);
  });

  it.each(['', 'cs_', 'pi_1', 'cs_1/../x', '{CHECKOUT_SESSION_ID}', `cs_${'a'.repeat(201)}`])(
    '%j is no checkout id',
    (checkoutId) => {
      expect(accepts(confirmCheckout.body, { checkoutId })).toBe(false);
    },
  );
});

describe('bodies', () => {
  it.each([
    ['POST /api/customers', createCustomer.body, { email: 'ada@example.com' }],
    ['PATCH /api/customers/:id', updateCustomer.body, { plan: 'pro' }],
    ['POST /api/create-checkout', createCheckout.body, { tier: 'pro' }],
    ['PATCH …/settings', SettingsPatch, { period: 'day' }],
  ] as const)('%s takes its fields and refuses any other', (_, schema, body) => {
    expect(accepts(schema, body)).toBe(true);
    expect(accepts(schema, { ...body, isAdmin: true })).toBe(false);
  });

  it('a null takes a customer’s name away, and a missing name leaves it', () => {
    expect(v.parse(updateCustomer.body as v.GenericSchema, { firstName: null })).toEqual({
      firstName: null,
    });
  });

  it('a settings change holds nothing that was not sent', () => {
    expect(v.parse(SettingsPatch, { emailCode: true })).toEqual({ emailCode: true });
  });

  it.each([
    [{ timeZone: 'Europe/Berlin' }, true],
    [{ timeZone: 'UTC' }, true],
    [{ timeZone: 'Mars/Olympus' }, false],
    [{ accentColor: '#4f46e5' }, true],
    [{ accentColor: 'red; background: url(x)' }, false],
    [{ accentColor: null }, true],
    [{ locale: 'pt-BR' }, true],
    [{ locale: 'english please' }, false],
    [{ logoUrl: 'javascript:alert(1)' }, false],
    [{ sessionDays: 0 }, false],
    [{ sessionDays: 365 }, true],
    [{ signUpsPerDay: 0 }, true],
    [{ signUpsPerDay: -1 }, false],
    [{ period: 'fortnight' }, false],
  ])('the setting %j: %j', (body, right) => {
    expect(accepts(SettingsPatch, body)).toBe(right);
  });

  it('a key has a name, and a rotated one a day of overlap, when nothing is said', () => {
    expect(v.parse(createKey.body as v.GenericSchema, {})).toEqual({ name: 'Secret key' });
    expect(v.parse(rotateKey.body as v.GenericSchema, {})).toEqual({ overlapHours: 24 });
  });
});
