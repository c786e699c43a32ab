import { isDeepStrictEqual } from 'node:util';
import type { Accounts, Connected } from './accounts.ts';
import type { Entity, Scope } from './scope.ts';

const NO_REQUIREMENTS = {
  alternatives: [],
  current_deadline: null,
  currently_due: [],
  disabled_reason: null,
  errors: [],
  eventually_due: [],
  past_due: [],
  pending_verification: [],
};

const TO_SUBMIT = ['business_profile.url', 'external_account', 'tos_acceptance.date'];

/** An account as the API shows it. One that came by OAuth is ready to be paid. */
export function accountEntity(account: Connected): Entity {
  const stage = account.stage ?? 'ready';
  const isNew = stage === 'new';
  const isReady = stage === 'ready';
  return {
    id: account.id,
    object: 'account',
    business_profile: {
      annual_revenue: null,
      estimated_worker_count: null,
      mcc: null,
      minority_owned_business_designation: null,
      name: account.name,
      product_description: null,
      specified_commercial_transactions_act_url: null,
      support_address: null,
      support_email: account.email,
      support_phone: null,
      support_url: null,
      url: null,
    },
    business_type: isNew ? null : 'company',
    capabilities: isReady ? { card_payments: 'active', transfers: 'active' } : {},
    charges_enabled: isReady,
    controller: { type: 'account' },
    country: account.country ?? 'US',
    created: account.createdSeconds ?? 1_700_000_000,
    default_currency: 'usd',
    details_submitted: !isNew,
    email: account.email,
    external_accounts: {
      object: 'list',
      data: [],
      has_more: false,
      url: `/v1/accounts/${account.id}/external_accounts`,
    },
    future_requirements: NO_REQUIREMENTS,
    metadata: account.metadata ?? {},
    payouts_enabled: isReady,
    requirements: isReady
      ? NO_REQUIREMENTS
      : {
          ...NO_REQUIREMENTS,
          currently_due: isNew ? TO_SUBMIT : [],
          disabled_reason: isNew ? 'requirements.past_due' : 'requirements.pending_verification',
          eventually_due: isNew ? TO_SUBMIT : [],
          past_due: isNew ? TO_SUBMIT : [],
          pending_verification: isNew ? [] : ['business_profile.url'],
        },
    settings: {
      branding: { icon: null, logo: null, primary_color: null, secondary_color: null },
      card_payments: {
        statement_descriptor_prefix: null,
        statement_descriptor_prefix_kana: null,
        statement_descriptor_prefix_kanji: null,
      },
      dashboard: { display_name: account.name, timezone: 'Etc/UTC' },
      payments: {
        statement_descriptor: null,
        statement_descriptor_kana: null,
        statement_descriptor_kanji: null,
        statement_descriptor_prefix_kana: null,
        statement_descriptor_prefix_kanji: null,
      },
    },
    type: 'standard',
  };
}

/** Changes an account and tells the platform what it was. Answers it as the API shows it. */
export function changeAccount(
  accounts: Accounts,
  scope: Scope,
  old: Connected,
  fields: Partial<Connected>,
): Entity {
  const before = accountEntity(old);
  const after = accountEntity(accounts.put({ ...old, ...fields }));
  const changed = Object.keys(after).filter(
    (name) => !isDeepStrictEqual(before[name], after[name]),
  );
  if (changed.length > 0)
    scope.emit(
      'account.updated',
      after,
      Object.fromEntries(changed.map((name) => [name, before[name]])),
    );
  return after;
}
