import { existsSync, readFileSync } from 'node:fs';
import * as v from 'valibot';
import { Variables } from '../../edge/src/variables.ts';
import { type DeployConfig, plainVariables } from './config.ts';

/** What a secret looks like, and where a person finds it. */
interface Shape {
  form: RegExp;
  from: string;
}

const SHAPES: Readonly<Record<string, Shape>> = {
  OPERATOR_SECRET: { form: /^\S{32,}$/, from: '"npm run deploy -- keys" makes one.' },
  ...stripeShapes('test'),
  ...stripeShapes('live'),
  ...clerkShapes('TEST', 'test'),
  ...clerkShapes('LIVE', 'live'),
  ...clerkShapes('PLATFORM', 'live'),
};

function stripeShapes(mode: 'test' | 'live'): Record<string, Shape> {
  const name = `STRIPE_${mode.toUpperCase()}`;
  return {
    [`${name}_SECRET_KEY`]: {
      form: new RegExp(`^(sk|rk)_${mode}_\\w{8,}$`),
      from: `Stripe has the sk_${mode}_… under Developers, API keys, ${mode}.`,
    },
    [`${name}_WEBHOOK_SECRET`]: hook(
      `Stripe shows it with the ${mode} endpoint for events of your account.`,
    ),
    [`${name}_CONNECT_WEBHOOK_SECRET`]: hook(
      `Stripe shows it with the ${mode} endpoint for events of connected accounts.`,
    ),
  };
}

function clerkShapes(app: string, mode: 'test' | 'live'): Record<string, Shape> {
  return {
    [`CLERK_${app}_SECRET_KEY`]: {
      form: new RegExp(`^sk_${mode}_\\w{8,}$`),
      from: `Clerk has the sk_${mode}_… under API keys, beside the publishable key.`,
    },
    [`CLERK_${app}_WEBHOOK_SECRET`]: hook('Clerk shows it with the endpoint, under Webhooks.'),
  };
}

function hook(from: string): Shape {
  return { form: /^whsec_[\w+/=-]{16,}$/, from: `Must be a whsec_…: ${from}` };
}

/** The settings that have a default, which is what production wants. */
const isOptional = (name: string) =>
  v.isOfType('optional', Variables.entries[name as keyof typeof Variables.entries]);

/** The names of the edge's settings that are secrets, of this configuration. */
export function secretNames(config: DeployConfig): string[] {
  const plain = plainVariables(config);
  return Object.keys(Variables.entries).filter((name) => !(name in plain) && !isOptional(name));
}

/**
 * The secrets in a file of JSON, by name; those in the environment win. Throws when the file is not a
 * JSON object of texts. A file that is not there holds none.
 */
export function readSecrets(
  file: string,
  names: readonly string[],
  env: NodeJS.ProcessEnv,
): Record<string, string> {
  const kept = existsSync(file) ? textsIn(file) : {};
  const found: Record<string, string> = {};
  for (const name of names) {
    const value = env[name] ?? kept[name];
    if (value !== undefined) found[name] = value.trim();
  }
  return found;
}

/** The texts of a file of JSON. Says what is wrong with it, never what is in it. */
export function textsIn(file: string): Record<string, string> {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new Error(`${file} is not JSON.`);
  }
  const parsed = v.safeParse(v.record(v.string(), v.string()), json);
  if (!parsed.success) throw new Error(`${file} must be one JSON object of names and texts.`);
  return parsed.output;
}

/** What is wrong with the secrets, a line each, with where to find the right one. Shows no value. */
export function secretFaults(config: DeployConfig, secrets: Record<string, string>): string[] {
  const names = secretNames(config);
  const faults: string[] = [];
  const broken = new Set<string>();
  for (const name of names) {
    const value = secrets[name];
    const shape = SHAPES[name];
    const from = shape?.from ?? '"npm run deploy -- keys" makes it.';
    if (value === undefined || value === '') faults.push(`${name}: is missing. ${from}`);
    else if (shape && !shape.form.test(value)) faults.push(`${name}: has another shape. ${from}`);
    else continue;
    broken.add(name);
  }
  const parsed = v.safeParse(Variables, { ...plainVariables(config), ...secrets });
  for (const issue of parsed.issues ?? []) {
    const name = v.getDotPath(issue) ?? '';
    const [top = ''] = name.split('.');
    if (!broken.has(top)) faults.push(`${name}: has another shape than the edge reads.`);
  }
  return [...faults, ...sharedFaults(secrets, broken)];
}

/** One value under two names is nearly always pasted wrongly, and then opens what it should not. */
function sharedFaults(secrets: Record<string, string>, broken: ReadonlySet<string>): string[] {
  const byValue = new Map<string, string>();
  const faults: string[] = [];
  for (const [name, value] of Object.entries(secrets)) {
    const other = byValue.get(value);
    if (other !== undefined && !broken.has(name)) faults.push(`${name}: is the same as ${other}.`);
    byValue.set(value, name);
  }
  return faults;
}
