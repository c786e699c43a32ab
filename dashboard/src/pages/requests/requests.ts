import type { RefusedRequest } from '@dream/contract';
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { operationsApi, type RequestFilter } from '../../operations.ts';
import { paths } from '../../paths.ts';
import { DAY_CHOICES, metWords, requestIdIn, STATUS_CHOICES } from '../../request-words.ts';
import { go } from '../../router.ts';
import { count, instant } from '../../ui/format.ts';
import { emptyState } from '../../ui/notice.ts';
import { searchField } from '../../ui/search.ts';
import { ListPage, type Part, type Rows } from '../list-page.ts';

const NO_FILTER: RequestFilter = { code: '', status: '', customer: '', days: '' };

/** Calls that were refused or failed, the newest first. */
class RequestsPage extends ListPage<RefusedRequest, RequestFilter> {
  static override properties: PropertyDeclarations = {
    ...ListPage.properties,
    droppedCalls: { state: true },
    typed: { state: true },
  };
  /** How many calls of a flood were only counted. */
  declare private droppedCalls: number;
  /** What is typed of a request id. */
  declare private typed: string;
  protected readonly words = {
    label: 'Refused and failed requests',
    one: 'request',
    many: 'requests',
    lookedThrough:
      'Refused and failed calls of 7 days were looked through. To find one by its id, type all of it.',
  };
  protected readonly heads = ['When', 'Call', 'Answer', 'Customer'];

  constructor() {
    super(NO_FILTER);
    this.droppedCalls = 0;
    this.typed = '';
  }

  protected async rowsOf(
    filter: RequestFilter,
    page: Part,
    signal?: AbortSignal,
  ): Promise<Rows<RefusedRequest>> {
    const found = await operationsApi(this.context).requests(askedFor(filter), page, signal);
    this.droppedCalls = found.droppedCalls;
    return { rows: found.requests, nextCursor: found.nextCursor };
  }

  protected head(): TemplateResult {
    return html`<div class="page-head">
      <div>
        <h1>Requests</h1>
        <p>Calls of your server and your visitors that were refused or failed, of 7 days.</p>
      </div>
      ${this.lookAgain()}
    </div>`;
  }

  protected nothingYet(): TemplateResult {
    return emptyState(
      'Nothing was refused',
      'A call that meets a limit, has a wrong key or fails is here a second later, with what explains it: plan, limit, count, period and key. Calls that went well are not kept.',
      html`<a class="button primary" href=${paths.integrate(this.projectId, this.context.mode)}>
        Send a test call
      </a>`,
    );
  }

  protected override tools(): unknown {
    return [
      this.lookers(
        searchField('Find by request id', this.typed, (typed) => this.#find(typed)),
        this.choose('Status', 'status', STATUS_CHOICES),
        this.choose('Time', 'days', DAY_CHOICES),
      ),
      this.#chips(),
      this.#dropped(),
    ];
  }

  #find(typed: string): void {
    this.typed = typed;
    const id = requestIdIn(typed);
    if (id) go(paths.request(this.projectId, this.context.mode, id));
  }

  #chips(): TemplateResult | typeof nothing {
    const { code, customer } = this.filter;
    if (!code && !customer) return nothing;
    return html`<p class="small">
      Only ${code ? html`<code>${code}</code>` : nothing}
      ${customer ? html`of customer <code>${customer}</code>` : nothing}
      <button
        class="button quiet"
        type="button"
        @click=${() => this.look({ code: '', customer: '' })}
      >
        Show the others too
      </button>
    </p>`;
  }

  #dropped(): TemplateResult | typeof nothing {
    return this.droppedCalls === 0
      ? nothing
      : html`<p class="alert amber">
          So many came at once that ${count(this.droppedCalls)} more were counted but not written down.
        </p>`;
  }

  protected row(one: RefusedRequest): TemplateResult {
    const { requestId, atMs, method, route, status, title, customerId } = one;
    const { mode } = this.context;
    const met = metWords(one);
    return html`<tr>
      <td data-label="When" class="nowrap">
        <a href=${paths.request(this.projectId, mode, requestId)}>${instant(atMs)}</a>
      </td>
      <td data-label="Call"><div class="anywhere"><code>${method} ${route}</code></div></td>
      <td data-label="Answer">
        <div>
          <span class="badge ${status >= 500 ? 'bad' : 'amber'}">${status}</span>
          ${title}
          ${met ? html`<br /><span class="muted small anywhere">${met}</span>` : nothing}
        </div>
      </td>
      <td data-label="Customer">
        ${
          customerId === null
            ? html`<span class="muted">nobody</span>`
            : html`<a class="anywhere" href=${paths.customer(this.projectId, mode, customerId)}
                ><code>${customerId.slice(0, 12)}…</code></a
              >`
        }
      </td>
    </tr>`;
  }
}
customElements.define('page-requests', RequestsPage);

/** What stands in the address may be anything. */
function askedFor({ code, status, customer, days }: RequestFilter): RequestFilter {
  const known = (value: string, choices: readonly (readonly [string, string])[]) =>
    choices.some(([choice]) => choice === value) ? value : '';
  return {
    code: /^[a-z_]{1,60}$/.test(code) ? code : '',
    status: known(status, STATUS_CHOICES),
    customer: customer.slice(0, 200),
    days: known(days, DAY_CHOICES),
  };
}
