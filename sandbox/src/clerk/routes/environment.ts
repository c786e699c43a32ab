import { Hono } from 'hono';
import type { Instance } from '../entities.ts';
import type { ClerkEnv } from '../http.ts';
import { type InstanceSettings, settingsOf } from '../settings.ts';
import { jwksOf } from '../tokens.ts';

/** Settings of an instance and its public keys: what a client reads before it has a token. */
export const environmentRoutes = new Hono<ClerkEnv>()
  .get('/v1/environment', (c) => c.json(environmentJson(c.env.scope.instance)))
  .get('/v1/jwks', (c) => c.json(jwksOf(c.env.scope.instance)))
  .get('/.well-known/jwks.json', (c) => c.json(jwksOf(c.env.scope.instance)));

const SOCIALS = [
  'apple atlassian bitbucket box coinbase custom_mock discord dropbox enstall expressen facebook',
  'github gitlab google hubspot huggingface instagram line linear linkedin linkedin_oidc microsoft',
  'mock notion slack spotify tiktok twitch twitter x xero',
]
  .join(' ')
  .split(' ');

/**
 * The environment: e-mail with a code, username optional, one session at a time, native API on,
 * no organizations; the rest as the instance's settings have it. Test mode as Clerk has it by
 * default: on in `test` instances, off in `live` ones.
 */
function environmentJson(instance: Instance): object {
  const settings = settingsOf(instance);
  return {
    auth_config: authConfig(instance, settings),
    display_config: displayConfig(instance, settings),
    user_settings: userSettings(settings),
    organization_settings: {
      enabled: false,
      max_allowed_memberships: 5,
      actions: { admin_delete: true },
      domains: { enabled: false, enrollment_modes: [], default_role: 'org:member' },
      slug: { disabled: true },
      creator_role: 'org:admin',
    },
    fraud_settings: {
      object: 'fraud_settings',
      native: { device_attestation_mode: 'disabled' },
    },
    commerce_settings: {
      billing: {
        stripe_publishable_key: null,
        free_trial_requires_payment_method: true,
        user: { enabled: false, has_paid_plans: false },
        organization: { enabled: false, has_paid_plans: false },
      },
    },
    api_keys_settings: {
      enabled: false,
      user_api_keys_enabled: false,
      orgs_api_keys_enabled: false,
    },
    protect_config: { loaders: [] },
    client_debug_mode: false,
    partitioned_cookies: false,
    maintenance_mode: false,
  };
}

function authConfig(instance: Instance, settings: InstanceSettings): object {
  const passwords = settings.password ? ['password', 'reset_password_email_code'] : [];
  return {
    object: 'auth_config',
    id: instance.clerkId.replace('ins_', 'aconf_'),
    first_name: 'on',
    last_name: 'on',
    email_address: 'required',
    phone_number: 'off',
    username: 'on',
    password: settings.password ? 'on' : 'off',
    identification_requirements: [['email_address'], []],
    identification_strategies: ['email_address', 'username'],
    first_factors: ['email_code', ...passwords, 'ticket', ...settings.oauthStrategies],
    second_factors: [],
    email_address_verification_strategies: ['email_code'],
    single_session_mode: true,
    enhanced_email_deliverability: false,
    test_mode: instance.mode === 'test',
    url_based_session_syncing: true,
    claimed_at: null,
    reverification: false,
    native_settings: {
      object: 'native_settings',
      api_enabled: true,
      trusted_device_sign_in_enabled: false,
      trusted_device_enrollment_prompt_after_sign_in_enabled: false,
      trusted_device_enrollment_prompt_after_sign_up_enabled: false,
    },
  };
}

function displayConfig(instance: Instance, settings: InstanceSettings): object {
  const siteKey = settings.captchaSiteKey;
  const urls = [
    'home_url sign_in_url sign_up_url user_profile_url waitlist_url oauth_consent_url',
    'after_sign_in_url after_sign_up_url after_sign_out_one_url after_sign_out_all_url',
    'after_switch_session_url after_join_waitlist_url organization_profile_url',
    'create_organization_url after_leave_organization_url after_create_organization_url',
    'logo_link_url',
  ]
    .join(' ')
    .split(' ');
  return {
    object: 'display_config',
    id: instance.clerkId.replace('ins_', 'display_config_'),
    instance_environment_type: instance.mode === 'live' ? 'production' : 'development',
    application_name: instance.id.slice('test_'.length),
    theme: {},
    preferred_sign_in_strategy: 'otp',
    ...Object.fromEntries(urls.map((name) => [name, ''])),
    logo_image_url: null,
    favicon_image_url: null,
    support_email: null,
    branded: false,
    experimental_force_oauth_first: false,
    clerk_js_version: '6',
    show_devmode_warning: instance.mode === 'test',
    google_one_tap_client_id: null,
    help_url: null,
    privacy_policy_url: null,
    terms_url: null,
    logo_url: null,
    favicon_url: null,
    logo_image: null,
    favicon_image: null,
    captcha_public_key: siteKey,
    captcha_widget_type: siteKey && 'smart',
    captcha_public_key_invisible: siteKey,
    captcha_provider: siteKey && 'turnstile',
    captcha_oauth_bypass: [],
    captcha_heartbeat: false,
  };
}

function userSettings(settings: InstanceSettings): object {
  const identifier = { enabled: true, used_for_first_factor: true };
  const attributes = {
    email_address: attribute({
      ...identifier,
      required: true,
      first_factors: ['email_code'],
      verifications: ['email_code'],
      verify_at_sign_up: true,
    }),
    phone_number: attribute(),
    username: attribute(identifier),
    web3_wallet: attribute(),
    first_name: attribute({ enabled: true }),
    last_name: attribute({ enabled: true }),
    password: attribute({ enabled: settings.password }),
    authenticator_app: attribute(),
    ticket: attribute({ enabled: true }),
    backup_code: attribute(),
    passkey: attribute(),
  };
  return {
    attributes,
    social: Object.fromEntries(
      SOCIALS.map((name) => [`oauth_${name}`, social(`oauth_${name}`, settings)]),
    ),
    saml: { enabled: false },
    enterprise_sso: { enabled: false, self_serve_sso: false },
    sign_in: { second_factor: { required: false } },
    sign_up: {
      captcha_enabled: settings.captchaSiteKey !== null,
      captcha_widget_type: 'smart',
      custom_action_required: false,
      progressive: true,
      mode: settings.signUpMode,
      legal_consent_enabled: false,
    },
    restrictions: {
      allowlist: { enabled: false },
      blocklist: { enabled: false },
      allowlist_blocklist_disabled_on_sign_in: { enabled: false },
      block_email_subaddresses: { enabled: false },
      block_disposable_email_domains: { enabled: false },
    },
    password_settings: {
      disable_hibp: false,
      disable_password_reverification: false,
      min_length: 8,
      max_length: 72,
      require_special_char: false,
      require_numbers: false,
      require_uppercase: false,
      require_lowercase: false,
      show_zxcvbn: false,
      min_zxcvbn_strength: 0,
      enforce_hibp_on_sign_in: false,
      allowed_special_characters: '!"#$%&\'()*+,-./:;<=>?@[]^_`{|}~',
    },
    username_settings: {
      min_length: 4,
      max_length: 64,
      allow_extended_special_characters: false,
      allow_numeric_usernames: true,
    },
    actions: { delete_self: true, create_organization: false, create_organizations_limit: null },
    attack_protection: {
      user_lockout: {
        enabled: settings.lockoutAttempts !== null,
        max_attempts: settings.lockoutAttempts ?? 100,
        duration_in_minutes: settings.lockoutMinutes,
      },
      pii: { enabled: false },
      email_link: { require_same_client: true },
      enumeration_protection: { enabled: false },
    },
    passkey_settings: {
      allow_autofill: true,
      show_sign_in_button: true,
      satisfies_second_factor: true,
    },
  };
}

function attribute(set: object = {}): object {
  return {
    enabled: false,
    required: false,
    used_for_first_factor: false,
    first_factors: [],
    used_for_second_factor: false,
    second_factors: [],
    verifications: [],
    verify_at_sign_up: false,
    immutable: false,
    ...set,
  };
}

function social(strategy: string, settings: InstanceSettings): object {
  const enabled = settings.oauthStrategies.includes(strategy);
  return {
    enabled,
    required: false,
    authenticatable: enabled,
    block_email_subaddresses: false,
    strategy,
    not_selectable: false,
    deprecated: false,
  };
}
