import type { Enforcement, Period, Settings } from '@dream/contract';
import type { Corners, Font } from '@dream/contract/look';
import {
  colourFault,
  emailFault,
  localeFault,
  optionalFault,
  providersFault,
  textFault,
  timeZoneFault,
  urlFault,
  wholeFault,
} from './validation.ts';

/** The settings as they are typed: texts, until they are saved. */
export interface SettingsDraft {
  displayName: string;
  logoUrl: string;
  accentColor: string;
  surfaceColor: string;
  textColor: string;
  corners: Corners | '';
  font: Font | '';
  supportEmail: string;
  locale: string;
  period: Period;
  timeZone: string;
  enforcement: Enforcement;
  emailCode: boolean;
  password: boolean;
  oauth: string;
  sessionDays: string;
  signUpsPerDay: string;
  pastDueGraceDays: string;
  successUrl: string;
  cancelUrl: string;
  returnUrl: string;
}

/** What is wrong, by field. */
export type SettingsFaults = Partial<Record<keyof SettingsDraft, string>>;

/** Settings, ready to be typed in. */
export const toDraft = (settings: Settings): SettingsDraft => ({
  displayName: settings.displayName,
  logoUrl: settings.logoUrl ?? '',
  accentColor: settings.accentColor ?? '',
  surfaceColor: settings.surfaceColor ?? '',
  textColor: settings.textColor ?? '',
  corners: settings.corners ?? '',
  font: settings.font ?? '',
  supportEmail: settings.supportEmail ?? '',
  locale: settings.locale ?? '',
  period: settings.period,
  timeZone: settings.timeZone,
  enforcement: settings.enforcement,
  emailCode: settings.emailCode,
  password: settings.password,
  oauth: settings.oauth.join(', '),
  sessionDays: String(settings.sessionDays),
  signUpsPerDay: String(settings.signUpsPerDay),
  pastDueGraceDays: String(settings.pastDueGraceDays),
  successUrl: settings.successUrl ?? '',
  cancelUrl: settings.cancelUrl ?? '',
  returnUrl: settings.returnUrl ?? '',
});

/** What was typed, as settings. Only for a draft without faults. */
export const fromDraft = (draft: SettingsDraft): Settings => ({
  displayName: draft.displayName.trim(),
  logoUrl: orNull(draft.logoUrl),
  accentColor: orNull(draft.accentColor),
  surfaceColor: orNull(draft.surfaceColor),
  textColor: orNull(draft.textColor),
  corners: draft.corners || null,
  font: draft.font || null,
  supportEmail: orNull(draft.supportEmail)?.toLowerCase() ?? null,
  locale: orNull(draft.locale),
  period: draft.period,
  timeZone: draft.timeZone.trim(),
  enforcement: draft.enforcement,
  emailCode: draft.emailCode,
  password: draft.password,
  oauth: providers(draft.oauth),
  sessionDays: Number(draft.sessionDays),
  signUpsPerDay: Number(draft.signUpsPerDay),
  pastDueGraceDays: Number(draft.pastDueGraceDays),
  successUrl: orNull(draft.successUrl),
  cancelUrl: orNull(draft.cancelUrl),
  returnUrl: orNull(draft.returnUrl),
});

/** What must be put right before a draft can be saved. */
export function draftFaults(draft: SettingsDraft): SettingsFaults {
  const found: Record<string, string | null> = {
    displayName: textFault(draft.displayName, 60),
    logoUrl: optionalFault(draft.logoUrl, urlFault),
    accentColor: optionalFault(draft.accentColor, colourFault),
    surfaceColor: optionalFault(draft.surfaceColor, colourFault),
    textColor: optionalFault(draft.textColor, colourFault),
    supportEmail: optionalFault(draft.supportEmail, emailFault),
    locale: optionalFault(draft.locale, localeFault),
    timeZone: timeZoneFault(draft.timeZone.trim()),
    oauth: providersFault(providers(draft.oauth)),
    sessionDays: wholeFault(draft.sessionDays, 1, 365),
    signUpsPerDay: wholeFault(draft.signUpsPerDay, 0, 1_000_000),
    pastDueGraceDays: wholeFault(draft.pastDueGraceDays, 0, 60),
    successUrl: optionalFault(draft.successUrl, urlFault),
    cancelUrl: optionalFault(draft.cancelUrl, urlFault),
    returnUrl: optionalFault(draft.returnUrl, urlFault),
  };
  return Object.fromEntries(
    Object.entries(found).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}

/** The settings that differ: what is sent, so that what somebody else changed meanwhile stays. */
export function changed(before: Settings, after: Settings): Partial<Settings> {
  return Object.fromEntries(
    Object.entries(after).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name as keyof Settings]),
    ),
  );
}

const orNull = (text: string): string | null => text.trim() || null;
const providers = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);
