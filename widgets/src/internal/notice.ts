import { html, nothing, type TemplateResult } from 'lit';
import type { DreamError } from './api.ts';
import type { Texts } from './texts.ts';

/** What every element may have to say, in English. */
export const commonTexts = {
  loading: 'Loading…',
  retry: 'Try again',
  errorUnreachable: 'The connection failed. Check it and try again.',
  errorTooMany: 'Too many attempts. Wait a moment and try again.',
  errorProvider: 'A service we depend on does not answer. Nothing was lost; try again.',
  errorNotSelling: 'Buying is not possible here yet.',
  errorSession: 'You are not signed in any more. Sign in again.',
  errorChanged: 'This offer has changed. Reload the page.',
  errorOther: 'Something went wrong. Try again.',
} satisfies Texts;

/** Which text tells a visitor of an error. What only the developer can mend keeps its own words. */
const BY_CODE: Readonly<Record<string, keyof typeof commonTexts>> = {
  unreachable: 'errorUnreachable',
  rate_limited: 'errorTooMany',
  too_many_attempts: 'errorTooMany',
  provider_unavailable: 'errorProvider',
  temporarily_unavailable: 'errorProvider',
  stripe_not_connected: 'errorNotSelling',
  stripe_account_incomplete: 'errorNotSelling',
  session_required: 'errorSession',
  session_expired: 'errorSession',
  session_ended: 'errorSession',
  tier_not_found: 'errorChanged',
  tier_not_for_sale: 'errorChanged',
  price_not_found: 'errorChanged',
  already_subscribed: 'errorChanged',
  subscription_missing: 'errorChanged',
  internal_error: 'errorOther',
  unreadable_answer: 'errorOther',
};

/** What to say of an error: by its code, else in the words of the API. */
export function sayError(
  { code, message }: Pick<DreamError, 'code' | 'message'>,
  text: (name: string) => string,
  byCode: Readonly<Record<string, string>> = {},
): string {
  const name = byCode[code] ?? BY_CODE[code];
  return name ? text(name) : message;
}

/** A box that tells of an error as it appears, with a way on where there is one. */
export function notice(
  words: string | null,
  retry?: { label: string; run: () => void },
): TemplateResult {
  return html`<div role="alert" part="error">
    ${
      words === null
        ? nothing
        : html`<div class="notice">
          <span>${words}</span>
          ${retry ? html`<button type="button" @click=${retry.run}>${retry.label}</button>` : nothing}
        </div>`
    }
  </div>`;
}
