import type { CustomerDetail, CustomerSession } from '@dream/contract';
import { html, type TemplateResult } from 'lit';
import { field } from '../../ui/field.ts';
import { day, instant } from '../../ui/format.ts';

/** The names of a customer as they are typed. */
export interface Names {
  firstName: string;
  lastName: string;
}

/** What is done to the names: null is not naming, `save` keeps what is typed. */
export interface Naming {
  names: Names | null;
  busy: string | null;
  type: (names: Names | null) => void;
  save: (names: Names) => void;
}

const MOST_LETTERS = 100;

/** Who a customer is. */
export function factsCard(
  detail: CustomerDetail,
  sessions: readonly CustomerSession[],
  naming: Naming,
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
    ${namesOf(detail, naming)}
  </section>`;
}

/** The fields of a customer's names, or the button that shows them. */
function namesOf(
  { customer }: CustomerDetail,
  { names, busy, type, save }: Naming,
): TemplateResult {
  const known = { firstName: customer.firstName ?? '', lastName: customer.lastName ?? '' };
  if (names === null)
    return html`<div class="buttons">
      <button class="button" type="button" @click=${() => type(known)}>Change the name</button>
    </div>`;
  const one = (id: keyof Names, label: string) =>
    field({
      id,
      label,
      value: names[id],
      onInput: (value) => type({ ...names, [id]: value.slice(0, MOST_LETTERS) }),
    });
  const submit = (event: Event) => {
    event.preventDefault();
    save(names);
  };
  return html`<form class="form" @submit=${submit} novalidate>
    <div class="columns">${one('firstName', 'First name')}${one('lastName', 'Last name')}</div>
    <div class="buttons">
      <button class="button primary" aria-disabled=${String(busy !== null)}>
        ${busy === 'rename' ? 'Saving…' : 'Save the name'}
      </button>
      <button class="button quiet" type="button" @click=${() => type(null)}>Discard</button>
    </div>
  </form>`;
}
