import { describe, expect, it } from 'vitest';
import { callbackError, signInFinding, signUpFinding } from './finding.ts';

const verified = { status: 'verified', strategy: 'oauth_google' };
const google = {
  provider: 'oauth_google',
  provider_user_id: 'g-1',
  email_address: 'Ada@example.com',
  email_address_verified: true,
  verification: verified,
};
const ada = {
  external_accounts: [google],
  email_addresses: [{ email_address: 'ada@example.com', verification: { status: 'verified' } }],
};

const session = (user: object) => ({ sessions: [{ id: 'sess_1', user }] });
const signedIn = (user: object = ada, response: object = {}) => ({
  response: {
    id: 'sia_1',
    status: 'complete',
    created_session_id: 'sess_1',
    first_factor_verification: verified,
    ...response,
  },
  client: session(user),
});
const signedUp = (response: object, user: object = ada) => ({
  response: { id: 'sua_1', created_session_id: null, ...response },
  client: session(user),
});
const proof = {
  clerkSessionId: 'sess_1',
  provider: 'oauth_google',
  subject: 'g-1',
  email: 'ada@example.com',
};

describe('a sign-in that came back', () => {
  it('proves the account at the provider, and the address the provider vouches for', () => {
    expect(signInFinding(signedIn(), 'sia_1', 'google')).toEqual({ proof });
  });

  it.each([
    ['says it did not verify', { ...google, email_address_verified: false }],
    ['says nothing about', { ...google, email_address_verified: null }],
    ['does not give', { ...google, email_address: '' }],
    ['gives in another shape than', { ...google, email_address: 'ada' }],
  ])('proves no address the provider %s', (_what, account) => {
    const user = { ...ada, external_accounts: [account] };
    expect(signInFinding(signedIn(user), 'sia_1', 'google')).toEqual({
      proof: { ...proof, email: null },
    });
  });

  it.each([
    ['does not list', []],
    [
      'lists as unverified',
      [{ email_address: 'ada@example.com', verification: { status: 'unverified' } }],
    ],
    ['lists beside', [{ email_address: 'eve@example.com', verification: { status: 'verified' } }]],
  ])('proves no address that Clerk %s', (_what, addresses) => {
    const user = { ...ada, email_addresses: addresses };
    expect(signInFinding(signedIn(user), 'sia_1', 'google')).toEqual({
      proof: { ...proof, email: null },
    });
  });

  it.each([
    ['is another one', signedIn(ada, { id: 'sia_2' }), 'oauth_failed'],
    ['made no session', signedIn(ada, { created_session_id: null }), 'oauth_failed'],
    [
      'made a session of another client',
      { ...signedIn(), client: session({}) },
      'oauth_incomplete',
    ],
    ['shows no client', { ...signedIn(), client: null }, 'oauth_failed'],
    [
      'was finished by a password',
      signedIn(ada, { first_factor_verification: { ...verified, strategy: 'password' } }),
      'oauth_failed',
    ],
    [
      'was finished at another provider',
      signedIn(ada, { first_factor_verification: { ...verified, strategy: 'oauth_github' } }),
      'oauth_failed',
    ],
    [
      'has two accounts to choose from',
      signedIn({ ...ada, external_accounts: [google, { ...google, provider_user_id: 'g-2' }] }),
      'oauth_incomplete',
    ],
    [
      'has an account that was never verified',
      signedIn({ ...ada, external_accounts: [{ ...google, verification: null }] }),
      'oauth_incomplete',
    ],
    [
      'asks for trust in the device',
      signedIn(ada, { status: 'needs_client_trust' }),
      'oauth_incomplete',
    ],
    [
      'asks for a second factor',
      signedIn(ada, { status: 'needs_second_factor' }),
      'oauth_incomplete',
    ],
    [
      'was denied',
      signedIn(ada, {
        status: 'needs_identifier',
        first_factor_verification: { status: 'failed', error: { code: 'oauth_access_denied' } },
      }),
      'oauth_denied',
    ],
    ['is no answer at all', null, 'oauth_failed'],
    ['is of another shape', { response: [] }, 'oauth_failed'],
  ])('proves nothing when it %s', (_what, answer, error) => {
    expect(signInFinding(answer, 'sia_1', 'google')).toEqual({ error });
  });

  it('goes on as a sign-up when nobody has the account yet', () => {
    const answer = signedIn(ada, {
      status: 'needs_identifier',
      first_factor_verification: {
        status: 'transferable',
        error: { code: 'external_account_not_found' },
      },
    });
    expect(signInFinding(answer, 'sia_1', 'google')).toEqual({ next: 'sign_up' });
  });
});

describe('such a sign-up', () => {
  const account = (verification: object) => ({ verifications: { external_account: verification } });

  it('proves the same when it is complete', () => {
    const answer = signedUp({
      status: 'complete',
      created_session_id: 'sess_1',
      ...account(verified),
    });
    expect(signUpFinding(answer, 'google')).toEqual({ proof });
  });

  it('goes on as a sign-in when somebody has the account already', () => {
    const error = { code: 'external_account_exists' };
    const answer = signedUp({
      status: 'missing_requirements',
      ...account({ status: 'transferable', error }),
    });
    expect(signUpFinding(answer, 'google')).toEqual({ next: 'sign_in' });
  });

  it.each([
    ['requires more than the provider gave', verified, 'oauth_incomplete'],
    ['was denied', { status: 'failed', error: { code: 'oauth_access_denied' } }, 'oauth_denied'],
    ['failed', { status: 'failed', error: { code: 'oauth_config_missing' } }, 'oauth_failed'],
  ])('proves nothing when it %s', (_what, verification, error) => {
    const answer = signedUp({ status: 'missing_requirements', ...account(verification) });
    expect(signUpFinding(answer, 'google')).toEqual({ error });
  });
});

describe('the address Clerk sends a window back to', () => {
  it.each([
    ['rotating_token_nonce=n', null],
    ['__clerk_status=failed&__clerk_error_code=external_account_not_found', null],
    ['__clerk_status=failed&__clerk_error_code=oauth_access_denied', 'oauth_denied'],
    ['__clerk_status=failed&__clerk_error_code=something_else', 'oauth_failed'],
    ['__clerk_status=failed', 'oauth_failed'],
  ])('%s says %s', (query, error) => {
    expect(callbackError(new URLSearchParams(query))).toBe(error);
  });
});
