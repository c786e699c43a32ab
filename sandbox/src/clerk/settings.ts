import type { Instance } from './entities.ts';

/** The social providers that an instance can switch on, with the names people know them by. */
export const OAUTH_PROVIDERS: Record<string, string> = {
  oauth_apple: 'Apple',
  oauth_discord: 'Discord',
  oauth_facebook: 'Facebook',
  oauth_github: 'GitHub',
  oauth_gitlab: 'GitLab',
  oauth_google: 'Google',
  oauth_linkedin_oidc: 'LinkedIn',
  oauth_microsoft: 'Microsoft',
  oauth_slack: 'Slack',
  oauth_x: 'X',
};

/** What Clerk's dashboard lets the owner of an instance choose, as far as the sandbox goes. */
export interface InstanceSettings {
  /** The `oauth_*` strategies that are on. */
  oauthStrategies: string[];
  /** Whether the Frontend API takes passwords. */
  password: boolean;
  signUpMode: 'public' | 'restricted' | 'waitlist';
  /** The Turnstile site key of the environment; null switches bot protection off. */
  captchaSiteKey: string | null;
  /** Whether native sign-ups need a CAPTCHA too; Clerk lets them through. */
  captchaOnNative: boolean;
  /** Device Trust: a password on a device that is new to the user needs a code as well. */
  clientTrust: boolean;
  /** Wrong passwords and codes in a row that lock a user; null never does. */
  lockoutAttempts: number | null;
  lockoutMinutes: number;
  /** Whether the provider's page cuts the opener of a popup, as Google's may. */
  oauthSeversOpener: boolean;
}

/** A new instance: e-mail code, password, Google and GitHub; lockout as Clerk has it by default. */
const DEFAULTS: InstanceSettings = {
  oauthStrategies: ['oauth_google', 'oauth_github'],
  password: true,
  signUpMode: 'public',
  captchaSiteKey: null,
  captchaOnNative: false,
  clientTrust: false,
  lockoutAttempts: 100,
  lockoutMinutes: 60,
  oauthSeversOpener: false,
};

const isFlag = (value: unknown) => typeof value === 'boolean';
const isCount = (value: unknown) => Number.isInteger(value) && Number(value) > 0;

/** For each setting, what it may be and how to say so. */
const CHECKS: Record<keyof InstanceSettings, [(value: unknown) => boolean, string]> = {
  oauthStrategies: [
    (value) => Array.isArray(value) && value.every((one) => Object.hasOwn(OAUTH_PROVIDERS, one)),
    `a list of ${Object.keys(OAUTH_PROVIDERS).join(', ')}`,
  ],
  password: [isFlag, 'true or false'],
  signUpMode: [
    (value) => ['public', 'restricted', 'waitlist'].includes(String(value)),
    'public, restricted or waitlist',
  ],
  captchaSiteKey: [
    (value) => value === null || (typeof value === 'string' && value !== ''),
    'a site key or null',
  ],
  captchaOnNative: [isFlag, 'true or false'],
  clientTrust: [isFlag, 'true or false'],
  lockoutAttempts: [(value) => value === null || isCount(value), 'a number from 1, or null'],
  lockoutMinutes: [isCount, 'a number from 1'],
  oauthSeversOpener: [isFlag, 'true or false'],
};

/** The settings of an instance, whole. */
export function settingsOf(instance: Instance): InstanceSettings {
  return { ...DEFAULTS, ...instance.settings };
}

/** What is wrong with a change of settings, as a sentence; null when it can be made. */
export function settingsFlaw(change: Record<string, unknown>): string | null {
  for (const [name, value] of Object.entries(change)) {
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name as keyof InstanceSettings] : undefined;
    if (!check) return `There is no setting ${name}; there are ${Object.keys(CHECKS).join(', ')}.`;
    if (!check[0](value)) return `${name} must be ${check[1]}.`;
  }
  return null;
}
