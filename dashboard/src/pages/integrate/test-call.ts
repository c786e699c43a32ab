import type { Mode, TestCall } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { paths } from '../../paths.ts';
import { callText, outcomeWords } from '../../test-call.ts';
import { codeBlock } from '../../ui/copy-button.ts';
import { choice } from '../../ui/field.ts';

/** A test call as it was sent, and its answer. */
export interface TriedCall {
  feature: string;
  idempotencyKey: string;
  answer: TestCall;
}

/** What the card of test calls is drawn from, and what can be done there. */
export interface TestCallCard {
  edge: string;
  projectId: string;
  mode: Mode;
  features: readonly string[];
  feature: string;
  tried: TriedCall | null;
  isBusy: boolean;
  choose: (feature: string) => void;
  send: () => void;
}

/** The metered call a server makes, made from here for a test customer, with its live answer. */
export function testCallCard(card: TestCallCard): TemplateResult {
  const { projectId, mode, features, feature, isBusy } = card;
  const isTest = mode === 'test';
  return html`<section class="card" aria-labelledby="try-title">
    <div class="card-head">
      <div>
        <h2 id="try-title">3. Try it</h2>
        <p class="muted">
          ${
            isTest
              ? html`Counts one unit for a customer named <code>test_call</code>, by the same steps as your
                  server’s call. Your secret key is not needed here.`
              : html`In live mode every call counts for somebody.
                  <a href=${paths.integrate(projectId, 'test')}>Try it in test mode.</a>`
          }
        </p>
      </div>
      ${
        isTest
          ? html`<button class="button primary" type="button" aria-disabled=${String(isBusy)} @click=${card.send}>
              ${isBusy ? 'Asking…' : 'Send a test call'}
            </button>`
          : nothing
      }
    </div>
    ${
      isTest && features.length > 1
        ? choice({
            id: 'try-feature',
            label: 'Feature',
            value: feature,
            choices: features.map((name) => [name, name] as const),
            onInput: card.choose,
          })
        : nothing
    }
    <div class="answer" aria-live="polite">${card.tried === null ? nothing : answerOf(card, card.tried)}</div>
  </section>`;
}

function answerOf(card: TestCallCard, tried: TriedCall): TemplateResult {
  const { answer, feature, idempotencyKey } = tried;
  const { status, requestId, customerId, body } = answer;
  const { projectId, mode } = card;
  return html`<div class="stack">
    <p>
      <span class="badge ${status < 400 ? 'good' : 'amber'}">HTTP ${status}</span>
      ${outcomeWords(answer)}
    </p>
    <p class="small muted anywhere">
      Request
      ${
        status < 400
          ? html`<code>${requestId}</code>`
          : html`<a href=${paths.request(projectId, mode, requestId)}><code>${requestId}</code></a>`
      }
      ${
        customerId === null
          ? nothing
          : html`· <a href=${paths.customer(projectId, mode, customerId)}>The customer’s page</a>, to look
              at the count or reset it`
      }
    </p>
    <div class="call-and-answer">
      ${codeBlock(callText(card.edge, feature, idempotencyKey), 'the call', 'What a server sends')}
      ${codeBlock(JSON.stringify(body, null, 2), 'the answer', 'What it is answered')}
    </div>
  </div>`;
}
