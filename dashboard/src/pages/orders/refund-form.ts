import type { Order } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { leftMinor } from '../../order-words.ts';
import {
  leftPieces,
  type RefundDraft,
  refundFault,
  refundMinor,
  withPieces,
} from '../../refund-draft.ts';
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
  /** What the chosen pieces come to; null until the edge has said it. */
  linesMinor: number | null;
  /** Whether it was tried with nothing chosen. */
  tried: boolean;
  busy: boolean;
  change: (draft: RefundDraft) => void;
  onRefund: () => void;
  onLeave: () => void;
}

/** Makes out a refund: all that is left, pieces of lines, or an amount. */
export function refundForm(options: Options): TemplateResult {
  const { order, draft, busy, change, onRefund, onLeave } = options;
  const left = leftMinor(order);
  const minor = refundMinor(draft, order, options.linesMinor);
  const submit = (event: Event) => {
    event.preventDefault();
    onRefund();
  };
  return html`<form class="card" @submit=${submit} novalidate aria-labelledby="refund-title">
    <h2 id="refund-title" tabindex="-1">Give money back</h2>
    <fieldset>
      <legend class="visually-hidden">How much</legend>
      ${way(options, 'all', `All that is left: ${money(left, order.currency)}`)}
      ${way(options, 'lines', 'Pieces that come back')} ${way(options, 'part', 'An amount')}
    </fieldset>
    ${draft.kind === 'lines' ? pieces(options) : nothing}
    ${draft.kind === 'part' ? amount(options) : nothing}
    ${choice({
      id: 'reason',
      label: 'Reason',
      value: draft.reason,
      choices: REASONS,
      hint: 'For your own records, and for Stripe’s against fraud.',
      onInput: (reason) => change({ ...draft, reason: reason as RefundDraft['reason'] }),
    })}
    ${
      draft.kind !== 'lines' && minor === left
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

const amount = ({ order, draft, change }: Options): TemplateResult =>
  field({
    id: 'amount',
    label: `Amount in ${order.currency.toUpperCase()}`,
    value: draft.amount,
    fault: draft.amount === '' ? null : refundFault(draft, order),
    placeholder: '19.50',
    onInput: (amount) => change({ ...draft, amount }),
  });

/** Which pieces come back, and which of them are for sale again. */
function pieces({ order, draft, linesMinor, tried, change }: Options): TemplateResult {
  const left = leftPieces(order);
  const fault = tried ? refundFault(draft, order) : null;
  return html`<div class="stack">
    <p class="hint" id="pieces-hint">
      They come to what was paid for them, with their share of discount and tax. Shipping stays paid.
    </p>
    ${order.lines.map((_, line) => linePieces({ order, draft, change }, line, left[line] ?? 0))}
    ${
      fault === null
        ? html`<p class="small" role="status">
            ${linesMinor === null ? nothing : html`Comes to <strong>${money(linesMinor, order.currency)}</strong>`}
          </p>`
        : html`<p class="fault" id="pieces-fault">${fault}</p>`
    }
  </div>`;
}

function linePieces(
  { order, draft, change }: Pick<Options, 'order' | 'draft' | 'change'>,
  line: number,
  left: number,
): TemplateResult {
  const { name = '', refundedQuantity = 0 } = order.lines[line] ?? {};
  const { quantity, restock } = draft.pieces[line] ?? { quantity: 0, restock: false };
  const back = refundedQuantity > 0 ? `, ${refundedQuantity.toLocaleString()} came back` : '';
  return html`<div class="pieces-row">
    <label for="pieces-${line}" class="anywhere">
      ${name} <span class="muted">of ${left.toLocaleString()}${back}</span>
    </label>
    <input
      id="pieces-${line}"
      type="number"
      min="0"
      max=${left}
      ?disabled=${left === 0}
      aria-describedby="pieces-hint"
      .value=${live(String(quantity))}
      @change=${(event: Event) =>
        change(
          withPieces(draft, order, line, {
            quantity: Number((event.target as HTMLInputElement).value),
          }),
        )}
    />
    ${
      quantity > 0
        ? check(`Back in stock${order.lines.length > 1 ? `: ${name}` : ''}`, restock, (restocked) =>
            change(withPieces(draft, order, line, { restock: restocked })),
          )
        : nothing
    }
  </div>`;
}
