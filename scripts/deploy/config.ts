import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { Email } from '../../contract/src/primitives.ts';
import { checksum } from '../../edge/src/auth/base32.ts';

const Host = v.pipe(
  v.string('Must be a host name, like api.example.com.'),
  v.regex(
    /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
    'Must be a host name, like api.example.com: without https:// and without a path.',
  ),
);
const starting = (start: string, from: string) =>
  v.pipe(
    v.string(`Must be a text that starts with ${start}. ${from}`),
    v.regex(
      new RegExp(`^${start}[A-Za-z0-9_$=-]{6,}$`),
      `Must start with ${start} and go on. ${from}`,
    ),
  );
const stripe = (mode: 'test' | 'live') =>
  v.strictObject({
    publishableKey: starting(`pk_${mode}_`, `Stripe has it under Developers, API keys, ${mode}.`),
    clientId: starting(
      'ca_',
      `Stripe has it under Settings, Connect, Onboarding options, OAuth, ${mode}.`,
    ),
  });
const clerk = (mode: 'test' | 'live') =>
  v.strictObject({
    publishableKey: v.pipe(
      starting(
        `pk_${mode}_`,
        mode === 'test'
          ? 'Clerk has it under API keys of a development instance.'
          : 'Clerk has it under API keys of a production instance.',
      ),
      v.check(
        (key) => frontendHost(key) !== null,
        'Holds no host, so it is not whole. Copy it from Clerk again.',
      ),
    ),
  });

const fromOne = v.pipe(
  v.number('Must be a whole number.'),
  v.integer('Must be a whole number.'),
  v.minValue(1, 'Must be 1 at least.'),
);

const DeployConfig = v.pipe(
  v.strictObject({
    /** Every Worker, the database and the bucket are named after it. */
    name: v.pipe(
      v.string('Must be a name, like dream.'),
      v.regex(/^[a-z][a-z0-9-]{1,30}$/, 'Must be 2 to 31 lower-case letters, digits or "-".'),
    ),
    accountId: v.pipe(
      v.string('Must be a text.'),
      v.regex(
        /^[0-9a-f]{32}$/,
        'Must be 32 hexadecimal digits. Cloudflare shows it under Workers & Pages, Account ID.',
      ),
    ),
    domains: v.strictObject({ edge: Host, cdn: Host, dashboard: Host, content: Host }),
    operatorEmails: v.pipe(
      v.array(
        v.pipe(
          Email,
          v.check(
            (email) => !email.includes('+clerk_test'),
            'Is a test address of Clerk: anybody signs in with it. Name one that gets mail.',
          ),
        ),
        'Must be a list of e-mail addresses.',
      ),
      v.minLength(1, 'Must name one operator at least.'),
    ),
    stripe: v.strictObject({ test: stripe('test'), live: stripe('live') }),
    clerk: v.strictObject({ test: clerk('test'), live: clerk('live'), platform: clerk('live') }),
    /** What developers pay the platform for; all of it as the edge has it unless told. */
    billing: v.optional(
      v.strictObject({
        plans: v.optional(v.picklist(['required', 'off'], 'Must be "required" or "off".')),
        testCustomers: v.optional(fromOne),
        graceDays: v.optional(fromOne),
        eraseDays: v.optional(fromOne),
      }),
      {},
    ),
  }),
  v.check(
    ({ domains }) => new Set(Object.values(domains)).size === 4,
    'domains: must be four hosts that differ, or what tenants upload shares an origin with a session.',
  ),
);

/** What is deployed where. Holds no secret. */
export type DeployConfig = v.InferOutput<typeof DeployConfig>;

/** Reads the configuration; throws a text that names each fault and what to do about it. */
export function readConfig(file: string): DeployConfig {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new Error(
      `There is no ${file}. Copy deploy.config.example.json there and fill it in; docs/guides/deploy.md says from where.`,
    );
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  const parsed = v.safeParse(DeployConfig, json);
  if (parsed.success) return parsed.output;
  const faults = parsed.issues.map((issue) => {
    const path = v.getDotPath(issue);
    return path ? `${path}: ${issue.message}` : issue.message;
  });
  throw new Error(`${file} is not right:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
}

/** The settings of the edge that are no secrets, as its configuration says them. */
export function plainVariables(config: DeployConfig): Record<string, string> {
  const { domains, stripe: payments, clerk: people, billing } = config;
  const variables: Record<string, string> = {
    PUBLIC_URL: `https://${domains.edge}`,
    CONTENT_URL: `https://${domains.content}`,
    OPERATOR_EMAILS: config.operatorEmails.join(','),
    ...(billing.plans && { PLATFORM_BILLING: billing.plans }),
    ...(billing.testCustomers && { PLATFORM_TEST_CUSTOMERS: String(billing.testCustomers) }),
    ...(billing.graceDays && { PLATFORM_GRACE_DAYS: String(billing.graceDays) }),
    ...(billing.eraseDays && { PLATFORM_ERASE_DAYS: String(billing.eraseDays) }),
  };
  for (const mode of ['test', 'live'] as const) {
    variables[`STRIPE_${mode.toUpperCase()}_PUBLISHABLE_KEY`] = payments[mode].publishableKey;
    variables[`STRIPE_${mode.toUpperCase()}_CLIENT_ID`] = payments[mode].clientId;
  }
  for (const app of ['test', 'live', 'platform'] as const) {
    const key = people[app].publishableKey;
    variables[`CLERK_${app.toUpperCase()}_PUBLISHABLE_KEY`] = key;
    variables[`CLERK_${app.toUpperCase()}_FRONTEND_URL`] = `https://${frontendHost(key)}`;
  }
  return variables;
}

/** The key that developers sign in by on the dashboard: that of the platform's own project. */
export const PLATFORM_KEY = `pk_live_dream${checksum('pk_live_dream')}`;

/** The host of Clerk's Frontend API, which a publishable key holds in base64 with a `$` at its end. */
function frontendHost(key: string): string | null {
  const host = Buffer.from(key.split('_')[2] ?? '', 'base64').toString('latin1');
  return /^[a-z0-9.-]+\.[a-z]{2,}\$$/.test(host) ? host.slice(0, -1) : null;
}
