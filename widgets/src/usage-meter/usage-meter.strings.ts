import { commonTexts } from '../internal/notice.ts';

/** English. `{used}`, `{limit}`, `{date}` and `{tier}` are filled in. */
export const english = {
  ...commonTexts,
  label: 'Usage',
  used: '{used} of {limit} used',
  usedUnlimited: '{used} used, no limit',
  resets: 'Resets on {date}',
  near: 'Nearly used up',
  reached: 'Limit reached',
  upgrade: 'Upgrade to {tier}',
  signedOut: 'Sign in to see your usage.',
  signIn: 'Sign in',
  empty: 'Your plan includes none of this.',
} as const;
