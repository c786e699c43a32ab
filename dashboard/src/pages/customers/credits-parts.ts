import type { CreditEntry, CreditGrant, Credits } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import {
  changeOf,
  endWords,
  entryWords,
  type GivingDraft,
  orderOf,
  SOURCE_WORDS,
} from '../../credit-words.ts';
import { field } from '../../ui/field.ts';
import { count, instant } from '../../ui/format.ts';

/** What is shown of a customer's credits, and where it leads. */
interface Shown {
  credits: Credits;
  busy: 'more' | 'give' | null;
  orderPath: (order: string) => string;
  more: (cursor: string) => void;
}

/** How many grants are named; the others are summed up. */
const FEW = 10;

/** What is left of a customer's credits, in few words. */
export const balanceWords = ({ balanceUnits, heldUnits }: Credits): TemplateResult =>
  html`<strong>${count(balanceUnits)}</strong> left${heldUnits > 0 ? `, of which ${count(heldUnits)} are held for work under way` : nothing}`;

/** What a balance is made of, and the ledger, newest first. */
export const creditsTables = (shown: Shown): TemplateResult =>
  shown.credits.entries.length === 0
    ? html`<p class="muted padded">
        No credits came yet. They come with a plan, are bought in your store, or given here.
      </p>`
    : html`${grantsTable(shown)} ${ledgerTable(shown)}`;

function grantsTable({ credits, orderPath }: Shown): TemplateResult | typeof nothing {
  const { balanceUnits } = credits;
  const grants = credits.grants.slice(0, FEW);
  if (grants.length === 0) return nothing;
  const othersUnits = balanceUnits - grants.reduce((sum, { leftUnits }) => sum + leftUnits, 0);
  return html`<h3 class="padded" id="credits-left">What is left, in the order in which it is used</h3>
    <table aria-labelledby="credits-left">
      <thead>
        <tr>
          <th scope="col">From</th>
          <th scope="col">Left</th>
          <th scope="col">Ends</th>
        </tr>
      </thead>
      <tbody>
        ${grants.map(
          (grant) => html`<tr>
            <td data-label="From">${fromWords(SOURCE_WORDS[grant.source], grant.id, grant.note, orderPath)}</td>
            <td data-label="Left" class="nowrap">${leftWords(grant)}</td>
            <td data-label="Ends" class="nowrap">${grant.expiresAtMs === null ? 'never' : instant(grant.expiresAtMs)}</td>
          </tr>`,
        )}
      </tbody>
    </table>
    ${
      othersUnits > 0
        ? html`<p class="muted small padded">${count(othersUnits)} more are in others, which are used after these.</p>`
        : nothing
    }`;
}

const leftWords = ({ leftUnits, units }: CreditGrant): string =>
  leftUnits === units ? count(leftUnits) : `${count(leftUnits)} of ${count(units)}`;

function ledgerTable({ credits, busy, orderPath, more }: Shown): TemplateResult {
  const { entries, nextCursor } = credits;
  return html`<h3 class="padded" id="credits-ledger">Every change, newest first</h3>
    <table aria-labelledby="credits-ledger">
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">What</th>
          <th scope="col">Credits</th>
        </tr>
      </thead>
      <tbody>
        ${entries.map(
          (entry) => html`<tr>
            <td data-label="When" class="nowrap">${whenWords(entry)}</td>
            <td data-label="What">${fromWords(entryWords(entry), entry.grantId, entry.note, orderPath)}</td>
            <td data-label="Credits" class="nowrap">${changeOf(entry.units)}</td>
          </tr>`,
        )}
      </tbody>
    </table>
    ${
      nextCursor === null
        ? nothing
        : html`<p class="padded">
            <button
              class="button"
              type="button"
              aria-disabled=${String(busy !== null)}
              @click=${() => more(nextCursor)}
            >
              ${busy === 'more' ? 'Loading…' : 'Show older changes'}
            </button>
          </p>`
    }`;
}

/** Use is of a whole day of the project's time zone. */
const whenWords = ({ atMs, day }: CreditEntry): string => day ?? instant(atMs);

function fromWords(
  words: string,
  grantId: string | null,
  note: string | null,
  orderPath: (order: string) => string,
): TemplateResult {
  const order = orderOf(grantId);
  return html`<div class="anywhere">
    ${words}${order === null ? nothing : html` · <a href=${orderPath(order)}>order</a>`}${note === null ? nothing : html`<br /><span class="muted small">${note}</span>`}
  </div>`;
}

/** What is typed of credits to give, and what can be done with it. */
interface GivingForm {
  draft: GivingDraft;
  faults: Partial<Record<keyof GivingDraft, string>>;
  nowMs: number;
  isBusy: boolean;
  type: (draft: GivingDraft) => void;
  give: () => void;
  stop: () => void;
}

/** The form by which credits are given. */
export function givingForm(form: GivingForm): TemplateResult {
  const { draft, faults, isBusy } = form;
  const submit = (event: Event) => {
    event.preventDefault();
    if (!isBusy) form.give();
  };
  const one = (name: keyof GivingDraft, label: string, hint?: string) =>
    field({
      id: `credit-${name}`,
      label,
      hint,
      value: draft[name],
      fault: faults[name] ?? null,
      required: name === 'units',
      onInput: (value) => form.type({ ...draft, [name]: value }),
    });
  return html`<form class="form padded" @submit=${submit} novalidate>
    <div class="columns">
      ${one('units', 'Credits')}
      ${one('days', 'Days until they end (optional)', endWords(draft, form.nowMs))}
    </div>
    ${one('note', 'Reason (optional)', 'Kept in the ledger and the audit log. The customer can read it.')}
    <div class="buttons">
      <button class="button primary" aria-disabled=${String(isBusy)}>
        ${isBusy ? 'Giving…' : 'Go on'}
      </button>
      <button class="button" type="button" @click=${form.stop}>Cancel</button>
    </div>
  </form>`;
}
