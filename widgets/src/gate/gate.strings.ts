import { commonTexts } from '../internal/notice.ts';

/** English. `{tier}` is filled in. */
export const english = {
  ...commonTexts,
  signedOutTitle: 'For members',
  signedOut: 'Sign in or sign up to see this.',
  signIn: 'Sign in',
  upgradeTitle: 'Part of {tier}',
  upgradeTitlePlain: 'Not in your plan',
  upgradeLead: 'Your plan does not include this.',
  upgrade: 'Get {tier}',
  granted: 'You have access now.',
} as const;
