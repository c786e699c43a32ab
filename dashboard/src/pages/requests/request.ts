import type { RefusedRequest } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { ApiError } from '../../api.ts';
import { operationsApi, type RequestAnswer } from '../../operations.ts';
import { paths } from '../../paths.ts';
import { credentialWords, sourceWords } from '../../request-words.ts';
import { instant } from '../../ui/format.ts';
import { emptyState } from '../../ui/notice.ts';
import { Page } from '../page.ts';

const NOTHING: RequestAnswer = { requests: [], customer: null };

/** One refused or failed request, and what explains it. */
class RequestPage extends Page<RequestAnswer> {
  get #id(): string {
    return this.context.params.request ?? '';
  }

  protected async load(signal: AbortSignal): Promise<RequestAnswer> {
    try {
      return await operationsApi(this.context).request(this.#id, signal);
    } catch (error) {
      if (error instanceof ApiError && error.code === 'request_not_found') return NOTHING;
      throw error;
    }
  }

  protected head(): TemplateResult {
    return html`<div class="page-head">
      <div>
        <h1>Request</h1>
        <p><a href=${paths.requests(this.projectId, this.context.mode)}>All requests</a></p>
      </div>
      <copy-button .text=${this.#id} label="the request id"></copy-button>
    </div>`;
  }

  protected body({ requests, customer }: RequestAnswer): TemplateResult {
    const [first] = requests;
    if (!first)
      return emptyState(
        'No refused request has this id',
        'It went well, is older than 7 days, came a moment ago, or is of another project or mode.',
        html`<button class="button" type="button" @click=${() => void this.reload()}>
          Look again
        </button>`,
      );
    return html`
      <p class="anywhere"><code>${this.#id}</code> · ${instant(first.atMs)}</p>
      ${
        requests.length === 1
          ? nothing
          : html`<p class="muted">A batch: ${requests.length} of its events were refused.</p>`
      }
      ${requests.map((one) => this.#card(one, customer))}
    `;
  }

  #card(one: RefusedRequest, customer: RequestAnswer['customer']): TemplateResult {
    const { id, title, status, message, docs } = one;
    return html`<section class="card" aria-labelledby="title-${id}">
      <div class="card-head">
        <h2 id="title-${id}">${title}</h2>
        <span class="badge ${status >= 500 ? 'bad' : 'amber'}">${status}</span>
      </div>
      <p>${message} <a href=${docs} target="_blank" rel="noreferrer">About this error</a></p>
      <dl class="fact-grid">
        ${this.#facts(one, customer).map(
          ([term, words]) => html`<div><dt>${term}</dt><dd class="anywhere">${words}</dd></div>`,
        )}
      </dl>
    </section>`;
  }

  #facts(one: RefusedRequest, customer: RequestAnswer['customer']): [string, unknown][] {
    const { method, route, code, customerId, keyHint, facts } = one;
    const { mode } = this.context;
    const { plan, feature, limit, usageCount, held, perMinute, resetsAtMs, origin } = facts;
    const shown = (term: string, value: unknown, words: unknown = value): [string, unknown][] =>
      value === undefined || value === null ? [] : [[term, words]];
    return [
      ['Call', html`<code>${method} ${route}</code>`],
      [
        'Code',
        html`<code>${code}</code> <a class="small" href="${paths.requests(this.projectId, mode)}?code=${code}">All of these</a>`,
      ],
      ['Opened with', credentialWords(one)],
      ...shown(
        'Key',
        keyHint,
        html`<a href=${paths.keys(this.projectId, mode)}><code>${keyHint}</code></a>`,
      ),
      ...shown(
        'Customer',
        customerId,
        html`<a href=${paths.customer(this.projectId, mode, customerId ?? '')}
          ><code>${customerId}</code></a
        >`,
      ),
      ...shown('Plan then', plan),
      ...(customer && customer.id === customerId
        ? shown(
            'Plan now',
            customer.plan,
            html`${customer.plan}, ${sourceWords(customer.planSource)}`,
          )
        : []),
      ...shown('Feature', feature),
      ...shown('Limit', limit),
      ...shown('Used before it', usageCount),
      ...shown('In holds', held),
      ...shown('Period ends', resetsAtMs, instant(resetsAtMs ?? 0)),
      ...shown('Calls a minute', perMinute),
      ...shown('Origin', origin),
    ];
  }
}
customElements.define('page-request', RequestPage);
