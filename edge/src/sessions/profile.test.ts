import { describe, expect, it } from 'vitest';
import { withoutProfile } from './profile.ts';

const primary = {
  id: 'idn_1',
  email_address: 'ada@example.com',
  verification: { status: 'verified' },
};
const emails = [
  { ...primary, linked_to: [{ type: 'oauth_google', id: 'idn_3' }] },
  { id: 'idn_2', email_address: 'ada@another.example', linked_to: [] },
];
const user = {
  object: 'user',
  id: 'user_1',
  primary_email_address_id: 'idn_1',
  email_addresses: emails,
  first_name: 'Ada',
  last_name: null,
  image_url: 'https://img.example/ada',
  phone_numbers: [{ phone_number: '+15550100' }],
  unsafe_metadata: { shoeSize: 41 },
  last_sign_in_at: 1_800_000_000_000,
  password_enabled: true,
};

describe('a person in an answer of Clerk', () => {
  it.each([
    ['a session', (given: object) => ({ client: { sessions: [{ id: 'sess_1', user: given }] } })],
    ['a sign-in', (given: object) => ({ response: { id: 'sia_1', user_data: given } })],
    ['a session’s public data', (given: object) => [{ public_user_data: given }]],
  ])('keeps in %s what signing in needs, and of the rest the types only', (_, within) => {
    expect(withoutProfile(within(user))).toEqual(
      within({
        object: 'user',
        id: 'user_1',
        primary_email_address_id: 'idn_1',
        email_addresses: [{ ...primary, linked_to: [] }],
        first_name: '',
        last_name: null,
        image_url: '',
        phone_numbers: [],
        unsafe_metadata: {},
        last_sign_in_at: 0,
        password_enabled: false,
      }),
    );
  });

  it.each([
    ['what this page typed into its sign-up', { response: { first_name: 'Ada', user: null } }],
    ['a field of that name that is a text', { user: 'user_1' }],
    ['settings', { user_settings: { attributes: { first_name: { enabled: true } } } }],
    ['nothing', null],
  ])('leaves %s as it is', (_, given) => {
    expect(withoutProfile(given)).toEqual(given);
  });
});
