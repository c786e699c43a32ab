import type { OperatorProject } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { operatorApi } from '../../operations.ts';
import { paths } from '../../paths.ts';
import { confirmTelling } from '../../ui/confirm.ts';
import { day, instant } from '../../ui/format.ts';
import { emptyState } from '../../ui/notice.ts';
import { searchField } from '../../ui/search.ts';
import { toast } from '../../ui/toast.ts';
import { ListPage, type Rows } from '../list-page.ts';

type Filter = { q: string; suspended: string };

const NO_FILTER: Filter = { q: '', suspended: '' };
const PLATFORM_PROJECT = 'prj_dream';

/** Every project there is, for those who run the platform. */
class OperatorProjectsPage extends ListPage<OperatorProject, Filter> {
  constructor() {
    super(NO_FILTER);
  }

  protected async rowsOf(
    { q, suspended }: Filter,
    page: { cursor: string | null; limit: number },
    signal?: AbortSignal,
  ): Promise<Rows<OperatorProject>> {
    const asked = {
      q: q.trim().slice(0, 120),
      suspended: suspended === 'true' ? suspended : '',
    };
    const found = await operatorApi(this.context.call).projects(asked, page, signal);
    return { rows: found.projects, nextCursor: found.nextCursor };
  }

  protected head(): TemplateResult {
    return html`<div class="page-head">
      <div>
        <h1>Every account</h1>
        <p>The projects of all accounts, the newest first. <a href=${paths.operatorHealth()}>Inboxes and outboxes</a></p>
      </div>
    </div>`;
  }

  protected body(data: Rows<OperatorProject>): TemplateResult {
    return html`<div class="tools" role="search">
        ${searchField('Search name, id, account or e-mail', this.filter.q, (q) => this.look({ q }, true))}
        <select
          aria-label="State"
          @change=${(event: Event) =>
            this.look({ suspended: (event.target as HTMLSelectElement).value })}
        >
          <option value="" ?selected=${this.filter.suspended === ''}>Any state</option>
          <option value="true" ?selected=${this.filter.suspended === 'true'}>Suspended</option>
        </select>
      </div>
      ${
        data.rows.length === 0
          ? emptyState(
              'No project is like this',
              'Names, ids, accounts and e-mails of owners were looked through.',
              html`<button class="button" type="button" @click=${() => this.look(NO_FILTER)}>
                Show all projects
              </button>`,
            )
          : this.#table(data)
      }`;
  }

  #table(data: Rows<OperatorProject>): TemplateResult {
    return html`<section
        class="card table-card"
        aria-label="Projects"
        aria-busy=${this.searching ? 'true' : nothing}
      >
        <table>
          <thead>
            <tr>
              <th scope="col">Project</th>
              <th scope="col">Owner</th>
              <th scope="col">Since</th>
              <th scope="col">State</th>
              <th scope="col"><span class="visually-hidden">What to do</span></th>
            </tr>
          </thead>
          <tbody>
            ${repeat(
              data.rows,
              ({ id }) => id,
              (project) => this.#row(project),
            )}
          </tbody>
        </table>
      </section>
      ${this.more(data, data.rows.length === 1 ? 'project' : 'projects')}`;
  }

  #row(project: OperatorProject): TemplateResult {
    const { id, name, accountId, ownerEmail, createdAtMs, suspendedAtMs, suspensionReason } =
      project;
    return html`<tr>
      <td data-label="Project">
        <div class="anywhere">
          <a href=${paths.overview(id, 'live')}>${name}</a><br /><code class="muted small">${id}</code>
        </div>
      </td>
      <td data-label="Owner">
        <div class="anywhere">
          ${ownerEmail ?? nothing}${ownerEmail ? html`<br />` : nothing}<code class="muted small"
            >${accountId}</code
          >
        </div>
      </td>
      <td data-label="Since" class="nowrap">${day(createdAtMs)}</td>
      <td data-label="State">
        ${
          suspendedAtMs === null
            ? html`<span class="badge good">Works</span>`
            : html`<div>
                <span class="badge bad">Suspended</span>
                <span class="muted small">${instant(suspendedAtMs)}</span>
                ${suspensionReason === null ? nothing : html`<div class="small anywhere">${suspensionReason}</div>`}
              </div>`
        }
      </td>
      <td class="actions">${id === PLATFORM_PROJECT ? nothing : this.#button(project)}</td>
    </tr>`;
  }

  #button(project: OperatorProject): TemplateResult {
    const isSuspended = project.suspendedAtMs !== null;
    const words = isSuspended ? 'Resume' : 'Suspend';
    return html`<div class="buttons">
      <button
        class="button ${isSuspended ? '' : 'danger'}"
        type="button"
        aria-label="${words} ${project.name}"
        aria-disabled=${String(this.busy !== null)}
        @click=${() => void (isSuspended ? this.#resume(project) : this.#suspend(project))}
      >
        ${this.busy === project.id ? 'One moment…' : words}
      </button>
    </div>`;
  }

  async #suspend({ id, name }: OperatorProject): Promise<void> {
    const reason = await confirmTelling({
      title: `Suspend ${name}?`,
      text: 'Within 10 seconds its keys and its customers are refused everywhere, in test and live. Data is kept, and what Stripe says is still applied.',
      action: 'Suspend',
      typed: id,
      told: {
        label: 'Reason',
        hint: 'The developer reads it above every page of the project, and in the audit log.',
        most: 200,
      },
      danger: true,
    });
    if (reason === null) return;
    const suspend = async () =>
      this.#show((await operatorApi(this.context.call).suspend(id, reason)).project);
    if (await this.act(id, suspend)) toast('Project suspended');
  }

  async #resume({ id }: OperatorProject): Promise<void> {
    const resume = async () =>
      this.#show((await operatorApi(this.context.call).resume(id)).project);
    if (await this.act(id, resume)) toast('Project resumed');
  }

  #show({
    id,
    suspendedAtMs,
    suspensionReason,
  }: Pick<OperatorProject, 'id' | 'suspendedAtMs' | 'suspensionReason'>): void {
    if (this.data === null) return;
    const now = { suspendedAtMs, suspensionReason };
    const rows = this.data.rows.map((row) => (row.id === id ? { ...row, ...now } : row));
    this.data = { ...this.data, rows };
  }
}
customElements.define('page-operator-projects', OperatorProjectsPage);
