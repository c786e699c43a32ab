/** What is wrong with what was typed, in the words of the API; null when nothing is. */
type Fault = string | null;

// The schemas of `@dream/contract` are the truth; `validation.test.ts` holds these against them.

/** Text for people, of `min` to `max` characters. */
export function textFault(value: string, max: number, min = 1): Fault {
  const text = value.trim();
  if (text.length < min) return 'Must not be empty.';
  if (text.length > max) return `Must have at most ${max} characters.`;
  // oxlint-disable-next-line no-control-regex -- control characters are what this refuses
  return /[\u0000-\u001f\u007f]/.test(text) ? 'Must not contain control characters.' : null;
}

/** Names of tiers and features. */
export const nameFault = (value: string): Fault =>
  /^[a-z][a-z0-9_-]{0,39}$/.test(value)
    ? null
    : 'Must be 1 to 40 lower-case letters, digits, "-" or "_", starting with a letter.';

/** An absolute http(s) URL. */
export function urlFault(value: string): Fault {
  if (value.length > 2000) return 'Must have at most 2,000 characters.';
  const url = URL.canParse(value) ? new URL(value) : null;
  return url && /^https?:$/.test(url.protocol) && !url.username
    ? null
    : 'Must be an absolute http:// or https:// URL.';
}

const EMAIL =
  /^(?=[^@]{1,64}@)[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/** An e-mail address. */
export const emailFault = (value: string): Fault =>
  value.length <= 254 && EMAIL.test(value.trim())
    ? null
    : 'Must be an e-mail address, like ada@example.com.';

/** A colour. */
export const colourFault = (value: string): Fault =>
  /^#[0-9a-fA-F]{6}$/.test(value) ? null : 'Must be a colour like #4f46e5.';

/** A language tag. */
export const localeFault = (value: string): Fault =>
  /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(value)
    ? null
    : 'Must be a language tag, like "de" or "pt-BR".';

/** An IANA time zone. */
export function timeZoneFault(value: string): Fault {
  try {
    return Intl.DateTimeFormat('en', { timeZone: value }) && null;
  } catch {
    return 'Must be an IANA time zone, like "Europe/Berlin".';
  }
}

/** A whole number as typed. */
export function wholeFault(value: string, min: number, max: number): Fault {
  const number = Number(value);
  const isWhole = /^-?\d+$/.test(value.trim()) && number >= min && number <= max;
  return isWhole ? null : `Must be a whole number from ${min} to ${max}.`;
}

/** Nothing, or what the rule asks for. */
export const optionalFault = (value: string, rule: (value: string) => Fault): Fault =>
  value.trim() === '' ? null : rule(value.trim());

/** The providers to sign in with, one a word. */
export function providersFault(names: readonly string[]): Fault {
  if (names.length > 12) return 'At most 12 providers.';
  if (new Set(names).size !== names.length) return 'Must name each provider once.';
  return names.every((name) => /^[a-z][a-z0-9_]{1,39}$/.test(name))
    ? null
    : 'Must be names of providers, like "google" or "github".';
}

/** An origin that may be listed, as far as one can tell without asking the edge. */
export function originFault(value: string): Fault {
  const [, scheme, rest = ''] = /^(https?:\/\/)(.*)$/i.exec(value.trim()) ?? [];
  if (scheme === undefined) return 'Must begin with https:// or http://.';
  const isStar = rest.startsWith('*.');
  const host = isStar ? rest.slice(2) : rest;
  if (host.includes('*')) return 'The star stands only at the front: https://*.example.com.';
  if (isStar && scheme.toLowerCase() !== 'https://') return 'A star needs https://.';
  // Chromium writes a space in a host as %20, and takes it.
  const isHost = !/\s/.test(host) && URL.canParse(scheme + host);
  const url = isHost ? new URL(scheme + host) : null;
  if (url === null) return 'Must be a scheme, a host and perhaps a port.';
  const hasMore = url.pathname !== '/' || url.search || url.hash || /[?#]$/.test(host);
  return hasMore ? 'Must end with the host or port: no path, query or "#".' : null;
}

/** A secret key of Clerk of this mode. */
export function clerkSecretFault(value: string, mode: 'test' | 'live'): Fault {
  const key = /^sk_(test|live)_[\w-]+$/.exec(value.trim());
  if (!key || value.trim().length > 200)
    return `Must be a secret key of Clerk, like "sk_${mode}_…".`;
  return key[1] === mode
    ? null
    : `This is a key of Clerk's ${key[1]} mode. Here it must be of ${mode}.`;
}

/** The signing secret of a webhook at Clerk, or nothing. */
export const signingSecretFault = (value: string): Fault =>
  optionalFault(value.trim(), (given) =>
    given.length <= 200 && /^whsec_[A-Za-z0-9+/]{16,}={0,2}$/.test(given)
      ? null
      : 'Must be the signing secret of a webhook at Clerk, like "whsec_…".',
  );

/** A key of a Turnstile widget. */
export const turnstileKeyFault = (value: string): Fault =>
  /^[0-9]x[\w-]{10,100}$/.test(value.trim())
    ? null
    : 'Must be a key of a Turnstile widget, like "0x4AAA…".';
