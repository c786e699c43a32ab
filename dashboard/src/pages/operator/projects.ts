import type { OperatorProject } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { operatorApi } from '../../operations.ts';
import { paths } from '../../paths.ts';
import { confirmTelling } from '../../ui/confirm.ts';
import { day, instant } from '../../ui/format.ts';
import { emptyState } from '../../ui/notice.ts';
import { toast } from '../../ui/toast.ts';
import { ListPage, type Part, type Rows } from '../list-page.ts';

type Filter = { q: string; suspended: string };

const NO_FILTER: Filter = { q: '', suspended: '' };
const STATE_CHOICES = [
  ['', 'Any state'],
  ['true', 'Suspended'],
] as const;
const PLATFORM_PROJECT = 'prj_dream';

/** Every project there is, for those who run the platform. */
class OperatorProjectsPage extends ListPage<OperatorProject, Filter> {
  protected readonly words = {
    label: 'Projects',
    one: 'project',
    many: 'projects',
    lookedThrough: 'Names, ids, accounts and e-mails of owners were looked through.',
  };
  protected readonly heads = ['Project', 'Owner', 'Since', 'State', ''];

  constructor() {
    super(NO_FILTER);
  }

  protected async rowsOf(
    { q, suspended }: Filter,
    page: Part,
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

  protected nothingYet(): TemplateResult {
    return emptyState('No project yet', 'The first one made by anybody is listed here.');
  }

  protected override tools(): unknown {
    return this.lookers(
      this.search('Search name, id, account or e-mail', 'q'),
      this.choose('State', 'suspended', STATE_CHOICES),
    );
  }

  protected row(project: OperatorProject): TemplateResult {
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
    this.replaceRow(id, (row) => ({ ...row, suspendedAtMs, suspensionReason }));
  }
}
customElements.define('page-operator-projects', OperatorProjectsPage);
