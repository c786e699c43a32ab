import { Email, HttpUrl, Name } from '@dream/contract/primitives';
import { SettingsPatch } from '@dream/contract/projects';
import { type GenericSchema, safeParse } from 'valibot';
import { describe, expect, it } from 'vitest';
import {
  clerkSecretFault,
  colourFault,
  emailFault,
  localeFault,
  nameFault,
  originFault,
  providersFault,
  signingSecretFault,
  textFault,
  timeZoneFault,
  turnstileKeyFault,
  urlFault,
  wholeFault,
} from './validation.ts';

const { entries } = SettingsPatch;
const accepts = (schema: GenericSchema, value: unknown): boolean =>
  safeParse(schema, value).success;

const long = (length: number) => 'a'.repeat(length);

describe.each<[string, (text: string) => string | null, GenericSchema, string[]]>([
  [
    'texts',
    (text) => textFault(text, 60),
    entries.displayName,
    ['Versa', '', '  ', long(60), long(61), 'a\u0007', '<b>'],
  ],
  ['names', nameFault, Name, ['pro', 'Pro', '1a', 'a-b_c', '', long(40), long(41), 'é']],
  [
    'URLs',
    urlFault,
    HttpUrl,
    [
      'https://a.example/x',
      'http://localhost:1',
      'javascript:alert(1)',
      '/x',
      'https://u@a.example',
      '',
      `https://a.example/${long(2000)}`,
    ],
  ],
  [
    'e-mails',
    emailFault,
    Email,
    ['ada@example.com', 'ada@example', 'ada', "o'neil@example.com", '', `${long(65)}@example.com`],
  ],
  ['colours', colourFault, entries.accentColor, ['#4f46e5', '#FFF', 'red', '#4f46e', '']],
  ['languages', localeFault, entries.locale, ['de', 'pt-BR', 'DE', 'x', 'zh-Hant-TW', '']],
  ['time zones', timeZoneFault, entries.timeZone, ['Europe/Berlin', 'UTC', 'Mars/Olympus', '']],
])('%s', (_, fault, schema, samples) => {
  it.each(samples)('are judged as the edge judges them: %j', (sample) => {
    expect(fault(sample) === null).toBe(accepts(schema, sample));
  });
});

it.each(['1', '365', '0', '366', '-1', '1.5', '1e2', ' 7 ', 'x', ''])(
  'whole numbers are judged as the edge judges them: %j',
  (typed) => {
    const isRight = wholeFault(typed, 1, 365) === null;
    expect(isRight).toBe(/^\s*\d+\s*$/.test(typed) && accepts(entries.sessionDays, Number(typed)));
  },
);

it.each([
  [['google']],
  [['google', 'google']],
  [['Google']],
  [[]],
  [Array.from({ length: 13 }, (_, at) => `p_${at}`)],
])('providers are judged as the edge judges them: %j', (names) => {
  expect(providersFault(names) === null).toBe(accepts(entries.oauth, names));
});

it.each([
  ['https://a.example', true],
  ['http://localhost:3000', true],
  ['https://*.a.example', true],
  ['a.example', false],
  ['https://a.example/x', false],
  ['https://a.*.example', false],
  ['http://*.a.example', false],
  ['https://a.example?', false],
  ['ftp://a.example', false],
  ['https://', false],
  ['https://exa mple.com', false],
])('says before it is sent whether an origin may be listed: %j', (typed, isRight) => {
  expect(originFault(typed) === null).toBe(isRight);
});

it.each([
  ['sk_test_abc', 'test', true],
  [' sk_live_abc ', 'live', true],
  ['sk_live_abc', 'test', false],
  ['pk_test_abc', 'test', false],
  ['', 'live', false],
] as const)('takes %j as a secret key of Clerk in %s: %s', (value, mode, isTaken) => {
  expect(clerkSecretFault(value, mode) === null).toBe(isTaken);
});

it('takes a signing secret that is one, or none at all', () => {
  expect(
    ['', 'whsec_MfKQ9r8GKYqrTwjU', 'whsec_x', 'secret'].map(signingSecretFault).map(Boolean),
  ).toEqual([false, false, true, true]);
});

it('takes keys of Turnstile widgets alone', () => {
  expect(
    ['0x4AAAAAAABkMYinukE8nzY', '1x00000000000000000000AA', '', 'sk_test']
      .map(turnstileKeyFault)
      .map(Boolean),
  ).toEqual([false, false, true, true]);
});
