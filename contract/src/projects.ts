import * as v from 'valibot';
import { IDEMPOTENCY_ERRORS } from './errors.ts';
import { CORNERS, FONTS } from './look.ts';
import {
  AtMs,
  Email,
  HttpUrl,
  Mode,
  pageOf,
  PageQuery,
  ProjectId,
  ProviderName,
  text,
  whole,
} from './primitives.ts';
import { route } from './respond.ts';
import { Tier, TierInput } from './tiers.ts';

const base = '/api/projects/:project';
const env = `${base}/:mode`;
/** A developer opens the projects of their own account, an operator all of them. */
export const managers = ['operator', 'developer'] as const;
const managerErrors = [
  'developer_required',
  'session_expired',
  'session_ended',
  'token_invalid',
  'origin_not_allowed',
] as const;
/** What every management route of a project can answer. */
export const managementErrors = [...managerErrors, 'project_not_found', 'project_deleted'] as const;
const errors = managementErrors;

/** One product of an account. Its two environments are made with it. */
export const Project = v.object({
  id: ProjectId,
  name: v.string(),
  accountId: v.string(),
  createdAtMs: AtMs,
  /** Since when operators have it suspended; null while it works. */
  suspendedAtMs: v.nullable(AtMs),
  /** Why, as operators put it; null while it works. */
  suspensionReason: v.nullable(v.string()),
  publishableKeys: v.object({ test: v.string(), live: v.string() }),
});
export type Project = v.InferOutput<typeof Project>;

/** How a project stands with the platform. In `free`, live mode is closed; in `expired`, test mode too. */
export const STANDINGS = [
  'paid',
  'trialing',
  'past_due',
  'free',
  'grace',
  'expired',
  'erase',
] as const;

/** How a project stands, and the instants its developer must know of; null where there is none. */
export const Standing = v.object({
  state: v.picklist(STANDINGS),
  trialEndsAtMs: v.nullable(AtMs),
  /** When a plan that was cancelled, or is not paid, ends. */
  endsAtMs: v.nullable(AtMs),
  /** When the plan ended. */
  lapsedAtMs: v.nullable(AtMs),
  /** From then on the project's API answers `subscription_expired`. */
  blocksAtMs: v.nullable(AtMs),
  /** From then on the project is erased. */
  erasesAtMs: v.nullable(AtMs),
});
export type Standing = v.InferOutput<typeof Standing>;

export const createProject = route({
  method: 'post',
  path: '/api/projects',
  summary: 'Create a project with its test and live environments.',
  auth: managers,
  body: v.strictObject({
    name: text(60),
    /** The developer who owns it, for operators to say. A developer's own project needs none. */
    ownerEmail: v.optional(Email),
    /** Only for operators, to name the platform's own project, once. */
    id: v.optional(v.literal('prj_dream')),
  }),
  answer: v.object({ project: Project }),
  status: 201,
  errors: [
    ...managerErrors,
    'operator_required',
    'project_exists',
    'project_deleted',
    'idempotency_key_invalid',
    'idempotency_conflict',
  ],
});

export const listProjects = route({
  method: 'get',
  path: '/api/projects',
  summary:
    "List projects, oldest first, also by name or id: a developer's own, or all there are for an operator.",
  auth: managers,
  query: v.object({
    limit: v.optional(PageQuery.entries.limit.wrapped, '100'),
    cursor: PageQuery.entries.cursor,
    q: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(120))),
  }),
  answer: pageOf('projects', Project),
  errors: managerErrors,
});

export const getProject = route({
  method: 'get',
  path: base,
  summary: 'Read a project, and how it stands with the platform.',
  auth: managers,
  answer: v.object({ project: Project, standing: Standing }),
  errors,
});

export const updateProject = route({
  method: 'patch',
  path: base,
  summary: 'Rename a project.',
  auth: managers,
  body: v.strictObject({ name: text(60) }),
  answer: v.object({ project: Project }),
  errors,
});

export const deleteProject = route({
  method: 'delete',
  path: base,
  summary: 'Delete a project: its keys stop at once, its data is erased.',
  auth: managers,
  answer: v.object({ success: v.literal(true) }),
  errors: [...errors, 'platform_protected'],
});

/**
 * A secret key without its secret. `expiresAtMs` is set on one that was rotated away; `lastUsedAtMs`, which
 * may be an hour behind, is null until a call is made with it.
 */
export const SecretKey = v.object({
  id: v.string(),
  name: v.string(),
  hint: v.string(),
  createdAtMs: AtMs,
  lastUsedAtMs: v.nullable(AtMs),
  expiresAtMs: v.nullable(AtMs),
  revokedAtMs: v.nullable(AtMs),
});
export type SecretKey = v.InferOutput<typeof SecretKey>;

export const createKey = route({
  method: 'post',
  path: `${env}/keys`,
  summary: 'Make a secret key. It is shown this once.',
  auth: managers,
  body: v.strictObject({ name: v.optional(text(60), 'Secret key') }),
  answer: v.object({ key: SecretKey, secret: v.string() }),
  status: 201,
  errors: [...errors, ...IDEMPOTENCY_ERRORS, 'already_done'],
  secretAnswer: true,
});

export const listKeys = route({
  method: 'get',
  path: `${env}/keys`,
  summary: 'The keys of an environment.',
  auth: managers,
  answer: v.object({ publishableKey: v.string(), keys: v.array(SecretKey) }),
  errors,
});

export const rotateKey = route({
  method: 'post',
  path: `${env}/keys/:key/rotate`,
  summary: 'Make a successor; the old key goes on for `overlapHours`.',
  auth: managers,
  body: v.strictObject({ overlapHours: v.optional(whole(0, 720), 24) }),
  answer: v.object({ key: SecretKey, secret: v.string() }),
  status: 201,
  errors: [...errors, ...IDEMPOTENCY_ERRORS, 'secret_key_not_found', 'already_done'],
  secretAnswer: true,
});

export const revokeKey = route({
  method: 'delete',
  path: `${env}/keys/:key`,
  summary: 'Revoke a key. It stops everywhere within 10 s.',
  auth: managers,
  answer: v.object({ key: SecretKey }),
  errors: [...errors, 'secret_key_not_found'],
});

const CssColor = v.pipe(v.string(), v.regex(/^#[0-9a-fA-F]{6}$/, 'Must be a colour like #4f46e5.'));
const TimeZone = v.pipe(
  v.string(),
  v.check((zone) => {
    try {
      return Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }));
    } catch {
      return false;
    }
  }, 'Must be an IANA time zone, like "Europe/Berlin".'),
);

/**
 * How often counts start anew: by the calendar, in the environment's time zone, or with the period of
 * the customer's subscription, which without a live one is the calendar month.
 */
export const PERIODS = ['hour', 'day', 'week', 'month', 'year', 'subscription'] as const;
export type Period = (typeof PERIODS)[number];

/** Whether calls above a limit are refused, or counted and reported only. */
export const ENFORCEMENTS = ['enforce', 'observe'] as const;
export type Enforcement = (typeof ENFORCEMENTS)[number];

function oneOf<Names extends Record<string, string>>(names: Names) {
  const known = Object.keys(names) as (keyof Names & string)[];
  return v.picklist(known, `Must be one of ${known.join(', ')}.`);
}

const settingsEntries = {
  displayName: text(60),
  logoUrl: v.nullable(HttpUrl),
  accentColor: v.nullable(CssColor),
  surfaceColor: v.nullable(CssColor),
  textColor: v.nullable(CssColor),
  corners: v.nullable(oneOf(CORNERS)),
  font: v.nullable(oneOf(FONTS)),
  supportEmail: v.nullable(Email),
  locale: v.nullable(
    v.pipe(
      v.string(),
      v.regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'Must be a language tag, like "de" or "pt-BR".'),
    ),
  ),
  period: v.picklist(PERIODS, 'Must be "hour", "day", "week", "month", "year" or "subscription".'),
  timeZone: TimeZone,
  enforcement: v.picklist(ENFORCEMENTS, 'Must be "enforce" or "observe".'),
  emailCode: v.boolean(),
  password: v.boolean(),
  /** Providers to sign in with, in the order they are shown. Those Clerk does not have are left out. */
  oauth: v.pipe(
    v.array(ProviderName),
    v.maxLength(12, 'At most 12 providers.'),
    v.check((names) => new Set(names).size === names.length, 'Must name each provider once.'),
  ),
  sessionDays: whole(1, 365),
  /** New customers who may sign themselves up in one UTC day; 0 closes the door to new ones. */
  signUpsPerDay: whole(0, 1_000_000),
  /** How long a plan is kept when a payment is missing, from the invoice that was not paid. */
  pastDueGraceDays: whole(0, 60),
  successUrl: v.nullable(HttpUrl),
  cancelUrl: v.nullable(HttpUrl),
  returnUrl: v.nullable(HttpUrl),
};

/** What a developer sets for one environment. */
export const Settings = v.object(settingsEntries);
export type Settings = v.InferOutput<typeof Settings>;
export const SettingsPatch = v.partial(v.strictObject(settingsEntries));
export type SettingsPatch = v.InferOutput<typeof SettingsPatch>;

export const getSettings = route({
  method: 'get',
  path: `${env}/settings`,
  summary: 'Read the settings.',
  auth: managers,
  answer: v.object({ settings: Settings }),
  errors,
});

export const updateSettings = route({
  method: 'patch',
  path: `${env}/settings`,
  summary: 'Change some settings; the others stay.',
  auth: managers,
  body: SettingsPatch,
  answer: v.object({ settings: Settings }),
  errors: [...errors, 'platform_protected'],
});

const Origins = v.array(v.string());
export const getOrigins = route({
  method: 'get',
  path: `${env}/origins`,
  summary: 'The origins allowed to use the publishable key.',
  auth: managers,
  answer: v.object({ origins: Origins }),
  errors,
});

/** How many origins an environment can list. */
export const MAX_ORIGINS = 100;

export const putOrigins = route({
  method: 'put',
  path: `${env}/origins`,
  summary: 'Replace the allowed origins: exact ones, or https://*.example.com.',
  auth: managers,
  body: v.strictObject({
    origins: v.pipe(
      v.array(v.pipe(v.string(), v.maxLength(300))),
      v.maxLength(MAX_ORIGINS, `At most ${MAX_ORIGINS} origins.`),
    ),
  }),
  answer: v.object({ origins: Origins }),
  errors: [...errors, 'origin_invalid', 'platform_protected'],
});

export const listAllTiers = route({
  method: 'get',
  path: `${env}/tiers`,
  summary: 'All tiers of an environment, unlisted and archived ones too.',
  auth: managers,
  answer: v.object({ tiers: v.array(Tier) }),
  errors,
});

export const putTier = route({
  method: 'put',
  path: `${env}/tiers/:name`,
  summary: 'Create or replace a tier; its product and prices are made in Stripe. Safe to repeat.',
  auth: managers,
  body: TierInput,
  answer: v.object({ tier: Tier }),
  errors: [
    ...errors,
    'tier_in_use',
    'too_many_tiers',
    'stripe_not_connected',
    'provider_unavailable',
    'provider_refused',
  ],
});

export const archiveTier = route({
  method: 'delete',
  path: `${env}/tiers/:name`,
  summary: 'Archive a tier: nobody new gets it, its subscribers keep it.',
  auth: managers,
  answer: v.object({ tier: Tier }),
  errors: [...errors, 'tier_not_found', 'tier_in_use', 'provider_unavailable', 'provider_refused'],
});

const accountState = {
  /** Whether Stripe lets the account take money. */
  chargesEnabled: v.boolean(),
  detailsSubmitted: v.boolean(),
  /** What Stripe still needs of the account's owner, in Stripe's own names. */
  requirementsDue: v.array(v.string()),
};

/** The Stripe account of an environment. */
export const Connection = v.object({
  /** Whether the developer's own account is connected. */
  connected: v.boolean(),
  /**
   * Whose account is sold through: test mode uses the platform's until an own one was connected. Null
   * when nothing can be sold.
   */
  via: v.nullable(v.picklist(['own', 'platform'])),
  stripeAccountId: v.nullable(v.string()),
  accountName: v.nullable(v.string()),
  mode: Mode,
  connectedAtMs: v.nullable(AtMs),
  /** Whether something can be sold now. */
  sells: v.boolean(),
  ...accountState,
  /** The account made here whose owner has not given all details yet; nothing is sold through it. */
  onboarding: v.nullable(
    v.object({ stripeAccountId: v.string(), accountName: v.string(), ...accountState }),
  ),
});
export type Connection = v.InferOutput<typeof Connection>;

/** A Stripe account whose owner allowed its use. It is used once the developer has confirmed it. */
export const ProposedAccount = v.object({
  stripeAccountId: v.string(),
  accountName: v.string(),
  mode: Mode,
});
export type ProposedAccount = v.InferOutput<typeof ProposedAccount>;

export const getConnection = route({
  method: 'get',
  path: `${env}/stripe`,
  summary: 'The Stripe connection.',
  auth: managers,
  answer: v.object({ connection: Connection }),
  errors,
});

export const startConnection = route({
  method: 'post',
  path: `${env}/stripe/start`,
  summary: 'Begin connecting a Stripe account: send the developer to `url`.',
  auth: managers,
  body: v.strictObject({ redirectUrl: HttpUrl }),
  answer: v.object({ url: v.string(), state: v.string() }),
  errors: [...errors, ...IDEMPOTENCY_ERRORS, 'platform_protected'],
});

export const completeConnection = route({
  method: 'post',
  path: `${env}/stripe`,
  summary: 'Say which account the code and state Stripe gave back are of. Nothing is saved yet.',
  auth: managers,
  body: v.strictObject({
    code: v.pipe(v.string(), v.maxLength(200)),
    state: v.pipe(v.string(), v.maxLength(200)),
  }),
  answer: v.object({ account: ProposedAccount }),
  errors: [
    ...errors,
    ...IDEMPOTENCY_ERRORS,
    'connection_invalid',
    'platform_protected',
    'provider_unavailable',
    'provider_refused',
  ],
});

export const confirmConnection = route({
  method: 'post',
  path: `${env}/stripe/confirm`,
  summary: 'Connect the account that was shown, within ten minutes, by the developer who saw it.',
  auth: managers,
  body: v.strictObject({ stripeAccountId: v.pipe(v.string(), v.maxLength(200)) }),
  answer: v.object({ connection: Connection }),
  errors: [
    ...errors,
    ...IDEMPOTENCY_ERRORS,
    'connection_invalid',
    'platform_protected',
    'provider_unavailable',
    'provider_refused',
  ],
});

export const createStripeAccount = route({
  method: 'post',
  path: `${env}/stripe/account`,
  summary:
    'Make a Stripe account, once, for who has none: send the developer to `url` to give its details.',
  auth: managers,
  body: v.strictObject({
    /** Where Stripe sends the developer back to, done or not. */
    returnUrl: HttpUrl,
    /** Where Stripe sends a developer whose link is used or too old: ask here for another one. */
    refreshUrl: v.optional(HttpUrl),
  }),
  /** `url` is null when the account is complete, and connected. */
  answer: v.object({ connection: Connection, url: v.nullable(v.string()) }),
  errors: [
    ...errors,
    ...IDEMPOTENCY_ERRORS,
    'stripe_already_connected',
    'platform_protected',
    'provider_unavailable',
    'provider_refused',
  ],
});

export const checkConnection = route({
  method: 'post',
  path: `${env}/stripe/check`,
  summary: 'Ask Stripe what the account is now, when the developer is back from there, say.',
  auth: managers,
  answer: v.object({ connection: Connection }),
  errors: [...errors, ...IDEMPOTENCY_ERRORS, 'provider_unavailable', 'provider_refused'],
});

export const disconnect = route({
  method: 'delete',
  path: `${env}/stripe`,
  summary: 'Disconnect the Stripe account. Running subscriptions stay in Stripe.',
  auth: managers,
  answer: v.object({ connection: Connection }),
  errors: [...errors, 'stripe_not_connected', 'platform_protected'],
});

/** A field that was changed, in lines people read; no lines is nothing. Never a secret. */
export const AuditDetail = v.object({
  field: v.string(),
  before: v.array(v.string()),
  after: v.array(v.string()),
});
export type AuditDetail = v.InferOutput<typeof AuditDetail>;

/**
 * One thing that was done to a project, with what it changed where that is kept: of tiers, products,
 * settings, origins and keys. `actor` is who did it: `operator`, `operator cust_…`, or a
 * developer by account and customer, `plt_… cust_…`.
 */
export const AuditEntry = v.object({
  id: v.string(),
  atMs: AtMs,
  actor: v.string(),
  action: v.string(),
  subject: v.nullable(v.string()),
  details: v.array(AuditDetail),
});
export type AuditEntry = v.InferOutput<typeof AuditEntry>;

export const listAudit = route({
  method: 'get',
  path: `${env}/audit`,
  summary: 'What was done to this environment, newest first.',
  auth: managers,
  query: v.object({ cursor: v.optional(v.pipe(v.string(), v.maxLength(200))) }),
  answer: v.object({ entries: v.array(AuditEntry), nextCursor: v.nullable(v.string()) }),
  errors,
});
