import type { AuditEntry } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { actionWords, actorWords } from '../../audit-words.ts';
import { fieldWords } from '../../promotion-words.ts';
import { differences } from '../../ui/differences.ts';
import { instant } from '../../ui/format.ts';
import { emptyState } from '../../ui/notice.ts';
import { ListPage, type Part, type Rows } from '../list-page.ts';

/** The most fields that are shown at once; more are behind a click. */
const FEW = 3;

/** What was done to an environment, by whom, and what it changed. */
class AuditPage extends ListPage<AuditEntry, Record<string, string>> {
  protected readonly words = { label: 'Changes', one: 'change', many: 'changes' };
  protected readonly heads = ['When', 'What', 'Who'];

  constructor() {
    super({});
  }

  protected async rowsOf(
    _: Record<string, string>,
    { cursor }: Part,
    signal?: AbortSignal,
  ): Promise<Rows<AuditEntry>> {
    const { entries, nextCursor } = await this.environment.audit(cursor, signal);
    return { rows: entries, nextCursor };
  }

  protected head(): TemplateResult {
    return html`<div class="page-head">
      <div>
        <h1>Audit log</h1>
        <p>Everything that was changed in this environment, newest first. Nobody can change the log.</p>
      </div>
    </div>`;
  }

  protected nothingYet(): TemplateResult {
    return emptyState(
      'Nothing happened yet',
      'Each change made here will be listed, with who made it.',
    );
  }

  protected row({ atMs, action, subject, actor, details }: AuditEntry): TemplateResult {
    const { words, id } = actorWords(actor);
    // The subject of a change of settings is the names of its fields.
    const isSaid = action === 'settings.changed' && details.length > 0;
    return html`<tr>
      <td data-label="When" class="nowrap">${instant(atMs)}</td>
      <td data-label="What">
        <div class="stack anywhere">
          <span><strong>${actionWords(action)}</strong>${subject === null || isSaid ? nothing : html` <code>${subject}</code>`}</span>
          ${changesOf(details)}
        </div>
      </td>
      <td data-label="Who">${words}${id === null ? nothing : html` <code class="muted">${id}</code>`}</td>
    </tr>`;
  }
}
customElements.define('page-audit', AuditPage);

function changesOf(details: AuditEntry['details']): TemplateResult | typeof nothing {
  if (details.length === 0) return nothing;
  const shown = differences(details, fieldWords);
  return details.length <= FEW
    ? shown
    : html`<details><summary class="small">${details.length} fields</summary>${shown}</details>`;
}
