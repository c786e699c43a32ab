import type { Mode, Settings } from '@dream/contract';

/** The settings a new environment starts with. */
export function initialSettings(name: string, mode: Mode): Settings {
  return {
    displayName: name,
    logoUrl: null,
    accentColor: null,
    surfaceColor: null,
    textColor: null,
    corners: null,
    font: null,
    supportEmail: null,
    locale: null,
    period: 'month',
    timeZone: 'UTC',
    enforcement: 'enforce',
    emailCode: true,
    password: true,
    oauth: ['google', 'github'],
    sessionDays: 60,
    signUpsPerDay: mode === 'live' ? 1_000 : 200,
    pastDueGraceDays: 7,
    successUrl: null,
    cancelUrl: null,
    returnUrl: null,
  };
}
