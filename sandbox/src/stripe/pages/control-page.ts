import { html, page } from '../../core/page.ts';
import type { Sender } from '../../core/webhooks.ts';
import type { StripeEndpoint } from '../events.ts';
import type { Entity, Scope } from '../scope.ts';
import { itemsOf } from '../subscription-items.ts';
import type { World } from '../world.ts';
import { day } from './format.ts';

const STYLES = `
section { background: var(--paper); border: 1px solid var(--line); border-radius: .9rem; padding: 1.25rem 1.5rem; margin: 0 0 1rem; }
h2 { font-size: 1.1rem; margin: 0 0 .25rem; } p { margin: 0 0 1rem; color: var(--quiet); }
.row { display: flex; flex-wrap: wrap; gap: .5rem; } .scroll { overflow-x: auto; } .scroll:focus-visible { outline-offset: 4px; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
th, td { text-align: start; padding: .5rem 1rem .5rem 0; border-top: 1px solid var(--line); white-space: nowrap; }
thead th { color: var(--quiet); font-weight: 500; border: 0; } td button { min-height: 2rem; padding: .1rem .7rem; font-size: .85rem; }
code { font-size: .85em; } .good { color: var(--good); } .bad { color: var(--bad); }`;

/** The page that switches webhooks, moves time and shows what was sent. */
export function controlPage(world: World, sender: Sender<StripeEndpoint>, now: Date): string {
  const running = world
    .scopes()
    .flatMap((scope) => scope.list('subscription').map((one) => subscriptionRow(scope, one)))
    .toReversed();
  const sent = sender.deliveries().slice(-30).toReversed().map(deliveryRow);
  const state = sender.paused ? 'off' : 'on';
  const flip = html`<input type="hidden" name="enabled" value="${sender.paused}">`;
  const advance = (days: number) =>
    button(
      'clock',
      days === 1 ? '1 day' : `${days} days`,
      html`<input type="hidden" name="advanceMs" value="${days * 86_400_000}">`,
    );
  const body = html`<main><h1>Sandbox of Stripe</h1>
    <section><h2>Webhooks are <span class="${sender.paused ? 'bad' : 'good'}">${state}</span></h2>
      <p>Off, events are lost, as on a bad day. They can be sent again below.</p>
      ${button('webhooks', sender.paused ? 'Switch on' : 'Switch off', flip)}</section>
    <section><h2>Today is ${day(now.getTime() / 1000)}</h2>
      <p>Going forward, checkouts expire and subscriptions renew or end.</p>
      <div class="row">${[1, 7, 31].map(advance)}</div></section>
    <section><h2>Subscriptions</h2>${
      running.length === 0
        ? html`<p>None yet: buy something.</p>`
        : table('Subscriptions', ['Subscription', 'Seller', 'Status', 'Until', 'Action'], running)
    }</section>
    <section><h2>Events sent</h2>${
      sent.length === 0
        ? html`<p>None yet.</p>`
        : table('Events sent', ['Event', 'State', 'Answers', 'Action'], sent)
    }</section>
    <section><h2>Start again</h2><p>Forgets every account, customer, subscription and endpoint.</p>
      ${button('reset', 'Forget everything')}</section></main>`;
  return page({ title: 'Sandbox of Stripe', body, styles: STYLES });
}

const button = (action: string, label: string, field = html``) =>
  html`<form method="post" action="/_sandbox/${action}">${field}<button>${label}</button></form>`;

const table = (name: string, heads: string[], rows: unknown[]) =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="${name}"><table><thead><tr>${heads.map(
    (head) => html`<th scope="col">${head}</th>`,
  )}</tr></thead><tbody>${rows}</tbody></table></div>`;

function subscriptionRow(scope: Scope, subscription: Entity) {
  const { id, status } = subscription;
  const isOver = status === 'canceled';
  const until = isOver ? subscription.ended_at : itemsOf(subscription)[0]?.current_period_end;
  const cancels = !isOver && subscription.cancel_at !== null ? ', ends then' : '';
  return html`<tr><td><code>${id}</code></td><td>${scope.account} · ${scope.livemode ? 'live' : 'test'}</td>
    <td>${status}</td><td>${day(until)}${cancels}</td>
    <td>${isOver ? '' : button(`subscriptions/${id}/period-end`, 'To the period’s end')}</td></tr>`;
}

function deliveryRow({
  body,
  state,
  attempts,
  eventId,
}: ReturnType<Sender<StripeEndpoint>['deliveries']>[number]) {
  const { type } = JSON.parse(body) as { type: string };
  const answers = attempts.map(({ status }) => status ?? 'no answer').join(', ');
  return html`<tr><td>${type}</td><td class="${state === 'delivered' ? 'good' : state === 'waiting' ? '' : 'bad'}">${state}</td>
    <td>${answers}</td><td>${button(`events/${eventId}/resend`, 'Send again')}</td></tr>`;
}
