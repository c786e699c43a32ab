import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { SOLD_EVENTS } from '../../edge/src/providers/stripe/sold-events.ts';

/** Secrets of one machine's edge, made at the first start and kept. */
interface LocalSecrets {
  operatorSecret: string;
  masterKey: string;
  signingKey: object;
  webhookSecrets: Record<string, string>;
}

const STRIPE_HOOKS = [
  'STRIPE_TEST',
  'STRIPE_LIVE',
  'STRIPE_TEST_CONNECT',
  'STRIPE_LIVE_CONNECT',
] as const;
/** What an endpoint takes, as docs/guides/deploy.md says; of connected accounts, these as well. */
const ACCOUNT_EVENTS = ['account.updated', 'account.application.deauthorized'];
const CLERK_APPS = [
  { app: 'TEST', instance: 'test_endusers' },
  { app: 'LIVE', instance: 'live_endusers' },
  { app: 'PLATFORM', instance: 'test_developers' },
] as const;

/** The secrets kept in a file, made when there is none. The file is readable by its owner only. */
export function localSecrets(file: string): LocalSecrets {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as LocalSecrets;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const hooks = [...STRIPE_HOOKS, ...CLERK_APPS.map(({ app }) => `CLERK_${app}`)];
  const secrets: LocalSecrets = {
    operatorSecret: `op_${randomBytes(24).toString('hex')}`,
    masterKey: randomBytes(32).toString('base64'),
    signingKey: {
      ...privateKey.export({ format: 'jwk' }),
      kid: randomBytes(6).toString('hex'),
      activeFromMs: 0,
    },
    webhookSecrets: Object.fromEntries(
      hooks.map((name) => [name, `whsec_${randomBytes(24).toString('base64')}`]),
    ),
  };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  return secrets;
}

/** The settings of an edge that talks to a sandbox. */
export async function edgeVariables(
  secrets: LocalSecrets,
  publicUrl: string,
  sandbox: { stripe: string; clerk: string; turnstile: string },
): Promise<Record<string, string>> {
  const variables: Record<string, string> = {
    PUBLIC_URL: publicUrl,
    // The same edge by its other name: a host of its own, as in production.
    CONTENT_URL: publicUrl.replace('127.0.0.1', 'localhost'),
    OPERATOR_SECRET: secrets.operatorSecret,
    OPERATOR_EMAILS: 'operator@dream.example',
    MASTER_KEYS: JSON.stringify([{ id: 'local', key: secrets.masterKey }]),
    SIGNING_KEYS: JSON.stringify([secrets.signingKey]),
    STRIPE_API_URL: sandbox.stripe,
    STRIPE_CONNECT_URL: sandbox.stripe,
    CLERK_API_URL: sandbox.clerk,
    TURNSTILE_URL: sandbox.turnstile,
    WEBHOOKS_TO_LOOPBACK: 'allow',
  };
  for (const mode of ['test', 'live']) {
    variables[`STRIPE_${mode.toUpperCase()}_SECRET_KEY`] = `sk_${mode}_platform00000000`;
    variables[`STRIPE_${mode.toUpperCase()}_PUBLISHABLE_KEY`] = `pk_${mode}_platform`;
    variables[`STRIPE_${mode.toUpperCase()}_CLIENT_ID`] = `ca_${mode}_platform`;
  }
  for (const hook of STRIPE_HOOKS)
    variables[`${hook}_WEBHOOK_SECRET`] = secrets.webhookSecrets[hook] ?? '';
  for (const { app, instance } of CLERK_APPS) {
    const made = await put(`${sandbox.clerk}/_sandbox/instances`, { instance });
    variables[`CLERK_${app}_FRONTEND_URL`] = `${sandbox.clerk}/fapi/${instance}`;
    variables[`CLERK_${app}_PUBLISHABLE_KEY`] = String(made.publishableKey);
    variables[`CLERK_${app}_SECRET_KEY`] = String(made.secretKey);
    variables[`CLERK_${app}_WEBHOOK_SECRET`] = secrets.webhookSecrets[`CLERK_${app}`] ?? '';
  }
  return variables;
}

/** Tells the sandbox where the edge listens for events. Safe to repeat. */
export async function registerWebhooks(
  secrets: LocalSecrets,
  edgeUrl: string,
  sandbox: { stripe: string; clerk: string },
): Promise<void> {
  for (const hook of STRIPE_HOOKS) {
    const connect = hook.endsWith('CONNECT');
    await put(`${sandbox.stripe}/_sandbox/endpoints`, {
      id: hook.toLowerCase(),
      url: `${edgeUrl}/webhook/stripe`,
      secret: secrets.webhookSecrets[hook],
      connect,
      livemode: hook.includes('LIVE'),
      events: [...SOLD_EVENTS, ...(connect ? ACCOUNT_EVENTS : [])],
    });
  }
  for (const { app, instance } of CLERK_APPS) {
    await put(`${sandbox.clerk}/_sandbox/endpoints`, {
      id: `clerk_${app.toLowerCase()}`,
      instance,
      url: `${edgeUrl}/webhook/clerk`,
      secret: secrets.webhookSecrets[`CLERK_${app}`],
    });
  }
}

async function put(url: string, body: object): Promise<Record<string, unknown>> {
  const answer = await fetch(url, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Record<string, unknown>;
}
