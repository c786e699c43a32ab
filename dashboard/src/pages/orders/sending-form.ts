import type { Order } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { field } from '../../ui/field.ts';
import { instant } from '../../ui/format.ts';
import { isPaid } from '../../order-words.ts';
import { optionalFault, textFault, urlFault } from '../../validation.ts';

/** How an order is sent, as it is typed. */
export interface SendingDraft {
  carrier: string;
  trackingUrl: string;
}

/** Nothing typed yet. */
export const NOT_SENT: SendingDraft = { carrier: '', trackingUrl: '' };

const faultsOf = ({ carrier, trackingUrl }: SendingDraft) => ({
  carrier: textFault(carrier, 60, 0),
  trackingUrl: optionalFault(trackingUrl, urlFault),
});

/** Whether an order can be marked as sent so. */
export const isSendingRight = (draft: SendingDraft): boolean =>
  Object.values(faultsOf(draft)).every((fault) => fault === null);

interface Options {
  order: Order;
  draft: SendingDraft;
  tried: boolean;
  busy: string | null;
  change: (draft: SendingDraft) => void;
  onSend: () => void;
  onUndo: () => void;
}

/** Marks an order as sent, or says how it was and takes that back. */
export function sendingForm(options: Options): TemplateResult {
  const { order, draft, tried, busy, onSend, onUndo } = options;
  const faults = tried ? faultsOf(draft) : { carrier: null, trackingUrl: null };
  const submit = (event: Event) => {
    event.preventDefault();
    onSend();
  };
  return html`<form class="card" @submit=${submit} novalidate aria-labelledby="sending-title">
    <div class="card-head">
      <div>
        <h2 id="sending-title">${order.fulfilled ? 'Sent' : 'Send it'}</h2>
        <p class="muted">${order.fulfilled ? sentWords(order.fulfilled) : 'Signed-in buyers see it, with the link, among their orders.'}</p>
      </div>
      ${
        order.fulfilled
          ? html`<button class="button" type="button" aria-disabled=${String(busy !== null)} @click=${onUndo}>
              Not sent after all
            </button>`
          : nothing
      }
    </div>
    ${isPaid(order) ? fields(options, faults) : nothing}
  </form>`;
}

function fields(
  { order, draft, busy, change }: Options,
  faults: ReturnType<typeof faultsOf>,
): TemplateResult {
  return html`<div class="columns">
      ${field({
        id: 'carrier',
        label: 'Carrier',
        value: draft.carrier,
        fault: faults.carrier,
        placeholder: 'optional',
        onInput: (carrier) => change({ ...draft, carrier }),
      })}
      ${field({
        id: 'trackingUrl',
        label: 'Tracking link',
        value: draft.trackingUrl,
        fault: faults.trackingUrl,
        placeholder: 'optional',
        onInput: (trackingUrl) => change({ ...draft, trackingUrl }),
      })}
    </div>
    <div class="buttons">
      <button class="button ${order.fulfilled ? '' : 'primary'}" aria-disabled=${String(busy !== null)}>
        ${sendWords(busy === 'send', order.fulfilled !== null)}
      </button>
    </div>`;
}

function sendWords(isBusy: boolean, isSent: boolean): string {
  if (isBusy) return 'Saving…';
  return isSent ? 'Replace carrier and link' : 'Mark as sent';
}

function sentWords({ atMs, carrier, trackingUrl }: NonNullable<Order['fulfilled']>): unknown {
  return html`${instant(atMs)}${carrier ? ` by ${carrier}` : ''}${
    trackingUrl
      ? html` · <a href=${trackingUrl} target="_blank" rel="noreferrer">Track it</a>`
      : nothing
  }`;
}
