import * as v from 'valibot';

/** The two environments of a project. They share no customer, key, price or stock. */
export const MODES = ['test', 'live'] as const;
export const Mode = v.picklist(MODES, 'Must be "test" or "live".');
export type Mode = v.InferOutput<typeof Mode>;

/** The metered feature a call counts against when it names none. */
export const DEFAULT_FEATURE = 'requests';

/** A limit as the API shows it: a whole number of units, or the word "unlimited". */
export const Limit = v.union([v.pipe(v.number(), v.integer()), v.literal('unlimited')]);
export type Limit = v.InferOutput<typeof Limit>;

/** Names of tiers and features: what `plan`, `tier` and `feature` take. */
export const Name = v.pipe(
  v.string('Must be a text.'),
  v.regex(
    /^[a-z][a-z0-9_-]{0,39}$/,
    'Must be 1 to 40 lower-case letters, digits, "-" or "_", starting with a letter.',
  ),
);

/** Text for people: trimmed, without control characters, at most `max` characters. */
export const text = (max: number, min = 1) =>
  v.pipe(
    v.string('Must be a text.'),
    v.trim(),
    v.minLength(min, min === 1 ? 'Must not be empty.' : `Must have at least ${min} characters.`),
    v.maxLength(max, `Must have at most ${max} characters.`),
    // eslint-disable-next-line no-control-regex -- control characters are what this refuses
    v.regex(/^[^\u0000-\u001f\u007f]*$/, 'Must not contain control characters.'),
  );

/** A local part of up to 64 ASCII characters, apostrophes and all, at a domain with a dot. */
const EMAIL =
  /^(?=[^@]{1,64}@)[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/** An e-mail address, kept in lower case so that one person is one customer. */
export const Email = v.pipe(
  v.string('Must be an e-mail address.'),
  v.trim(),
  v.maxLength(254, 'Must have at most 254 characters.'),
  v.toLowerCase(),
  v.regex(EMAIL, 'Must be an e-mail address, like ada@example.com.'),
);

/** An absolute http(s) URL. Whether it may be used is decided against the listed origins. */
export const HttpUrl = v.pipe(
  v.string('Must be a URL.'),
  v.maxLength(2000, 'Must have at most 2,000 characters.'),
  v.check(isHttpUrl, 'Must be an absolute http:// or https:// URL.'),
);

function isHttpUrl(value: string): boolean {
  try {
    const url = new URL(value);
    return (url.protocol === 'https:' || url.protocol === 'http:') && !url.username;
  } catch {
    return false;
  }
}

/** Three-letter ISO 4217 code, lower case as Stripe writes it. */
export const Currency = v.pipe(
  v.string('Must be a three-letter currency code, like "usd".'),
  v.toLowerCase(),
  v.regex(/^[a-z]{3}$/, 'Must be a three-letter currency code, like "usd".'),
);

export const Interval = v.picklist(['month', 'year'], 'Must be "month" or "year".');
export type Interval = v.InferOutput<typeof Interval>;

/** A whole number from `min` to `max`. */
export const whole = (min: number, max: number) =>
  wholeElse(min, max, `Must be a whole number from ${min} to ${max}.`);

/** A whole number from `min` to `max`, or null for none of it; `none` says what that means. */
export const wholeOrNull = (min: number, max: number, none: string) =>
  v.nullable(
    wholeElse(min, max, `Must be a whole number from ${min} to ${max}, or null for ${none}.`),
  );

const wholeElse = (min: number, max: number, otherwise: string) =>
  v.pipe(
    v.number(otherwise),
    v.integer(otherwise),
    v.minValue(min, otherwise),
    v.maxValue(max, otherwise),
  );

/** A provider people sign in with, as Clerk names it: `google`, `github`, `custom_acme`. */
export const ProviderName = v.pipe(
  v.string('Must be a text.'),
  v.regex(/^[a-z][a-z0-9_]{1,39}$/, 'Must be the name of a provider, like "google" or "github".'),
);

/** An instant, in milliseconds since 1970 UTC. */
export const AtMs = v.pipe(v.number(), v.integer());

/** The id of one project, as it stands in keys and management paths. */
export const ProjectId = v.pipe(
  v.string(),
  v.regex(/^prj_[0-9a-z]{1,40}$/, 'Must be a project id, like "prj_…".'),
);

/** `?limit=&cursor=` of every list. */
export const PageQuery = v.object({
  limit: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,3}$/, 'Must be a whole number from 1 to 100.'),
      v.transform(Number),
      v.minValue(1, 'Must be a whole number from 1 to 100.'),
      v.maxValue(100, 'Must be a whole number from 1 to 100.'),
    ),
    '20',
  ),
  cursor: v.optional(v.pipe(v.string(), v.maxLength(200))),
});

/** The answer of a list: `nextCursor` is null on the last page. */
export const pageOf = <const N extends string, T extends v.GenericSchema>(name: N, item: T) =>
  v.object({
    ...({ [name]: v.array(item) } as Record<N, v.ArraySchema<T, undefined>>),
    nextCursor: v.nullable(v.string()),
  });
