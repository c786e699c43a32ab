import type { Order } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { leftMinor } from '../../order-words.ts';
import { type RefundDraft, refundFault, refundMinor, withPieces } from '../../refund-draft.ts';
import { check, choice, field } from '../../ui/field.ts';
import { money } from '../../ui/format.ts';

const REASONS: readonly (readonly [RefundDraft['reason'], string])[] = [
  ['', 'None given'],
  ['requested_by_customer', 'The buyer asked for it'],
  ['duplicate', 'It was bought twice'],
  ['fraudulent', 'It was fraud'],
];

interface Options {
  order: Order;
  draft: RefundDraft;
  busy: boolean;
  change: (draft: RefundDraft) => void;
  onRefund: () => void;
  onLeave: () => void;
}

/** Makes out a refund: all that is left, an amount, or what pieces of lines cost. */
export function refundForm(options: Options): TemplateResult {
  const { order, draft, busy, change, onRefund, onLeave } = options;
  const left = leftMinor(order);
  const minor = refundMinor(draft, order);
  const submit = (event: Event) => {
    event.preventDefault();
    onRefund();
  };
  return html`<form class="card" @submit=${submit} novalidate aria-labelledby="refund-title">
    <h2 id="refund-title" tabindex="-1">Give money back</h2>
    <fieldset>
      <legend class="visually-hidden">How much</legend>
      ${way(options, 'all', `All that is left: ${money(left, order.currency)}`)}
      ${way(options, 'part', 'A part')}
    </fieldset>
    ${draft.kind === 'part' ? part(options) : nothing}
    ${choice({
      id: 'reason',
      label: 'Reason',
      value: draft.reason,
      choices: REASONS,
      hint: 'For your own records, and for Stripe’s against fraud.',
      onInput: (reason) => change({ ...draft, reason: reason as RefundDraft['reason'] }),
    })}
    ${
      minor === left
        ? check(
            'Put the pieces back in stock',
            draft.restock,
            (restock) => change({ ...draft, restock }),
            'Once, when all of it is given back.',
          )
        : nothing
    }
    <div class="buttons">
      <button class="button danger" aria-disabled=${String(busy)}>
        ${busy ? 'Giving it back…' : `Refund ${minor === null ? '' : money(minor, order.currency)}`}
      </button>
      <button class="button quiet" type="button" @click=${onLeave}>Leave it</button>
    </div>
  </form>`;
}

const way = ({ draft, change }: Options, kind: RefundDraft['kind'], words: string) =>
  html`<label class="check">
    <input
      type="radio"
      name="kind"
      .checked=${live(draft.kind === kind)}
      @change=${() => change({ ...draft, kind })}
    />
    <span>${words}</span>
  </label>`;

const part = ({ order, draft, change }: Options): TemplateResult =>
  html`<div class="stack">
      <p class="hint">
        Pieces that come back, for what they cost without discount, shipping and tax; or type any
        amount.
      </p>
      ${order.lines.map(
        ({ name, quantity }, line) =>
          html`<div class="pieces-row">
            <label for="pieces-${line}" class="anywhere">${name} <span class="muted">of ${quantity}</span></label>
            <input
              id="pieces-${line}"
              type="number"
              min="0"
              max=${quantity}
              .value=${live(String(draft.pieces[line] ?? 0))}
              @change=${(event: Event) =>
                change(
                  withPieces(draft, order, line, Number((event.target as HTMLInputElement).value)),
                )}
            />
          </div>`,
      )}
    </div>
    ${field({
      id: 'amount',
      label: `Amount in ${order.currency.toUpperCase()}`,
      value: draft.amount,
      fault: draft.amount === '' ? null : refundFault(draft, order),
      placeholder: '19.50',
      onInput: (amount) => change({ ...draft, amount }),
    })}`;
