import type { CustomerDetail, CustomerSession } from '@dream/contract';
import { html, type TemplateResult } from 'lit';
import { day, instant } from '../../ui/format.ts';

/** Who a customer is. */
export function factsCard(
  detail: CustomerDetail,
  sessions: readonly CustomerSession[],
): TemplateResult {
  const { customer, providers, clockMs } = detail;
  const { id, email, emailVerified, externalId, hasPassword, createdAtMs } = customer;
  const ways = [
    ...(emailVerified ? ['code by e-mail'] : []),
    ...(hasPassword ? ['password'] : []),
    ...providers,
  ];
  const seenMs = Math.max(0, ...sessions.map((session) => session.lastUsedAtMs));
  const facts: [string, unknown][] = [
    [
      'E-mail',
      email === null
        ? 'none known'
        : html`${email} <span class="badge ${emailVerified ? 'good' : ''}">${emailVerified ? 'proved' : 'not proved'}</span>`,
    ],
    ['Your id', externalId === null ? 'none given' : html`<code>${externalId}</code>`],
    ['Id', html`<code>${id}</code>`],
    ['Signs in by', ways.join(', ') || 'your server alone'],
    ['Since', day(createdAtMs)],
    ['Last seen', seenMs === 0 ? 'not signed in now' : instant(seenMs)],
    ...(clockMs === null ? [] : [['Test clock says', instant(clockMs)] as [string, unknown]]),
  ];
  return html`<section class="card" aria-label="Who it is">
    <dl class="fact-grid">
      ${facts.map(([term, words]) => html`<div><dt>${term}</dt><dd>${words}</dd></div>`)}
    </dl>
  </section>`;
}
