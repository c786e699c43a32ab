import type { Project } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { projectsApi } from '../../environment.ts';
import { paths } from '../../paths.ts';
import { forgetStart, keptStart } from '../../start-draft.ts';
import { day } from '../../ui/format.ts';
import { icons } from '../../ui/icons.ts';
import { emptyState } from '../../ui/notice.ts';
import { ListPage, type Part, type Rows } from '../list-page.ts';

type Filter = { q: string };

/** So many projects are seen at a glance; among more one looks for them. */
const AT_A_GLANCE = 12;

/** Everything the developer has; for operators, the projects of everybody. */
class ProjectsPage extends ListPage<Project, Filter> {
  protected readonly words = {
    label: 'Projects',
    one: 'project',
    many: 'projects',
    lookedThrough: 'Names were looked through. To find one by its id, type all of it.',
  };
  protected readonly heads = [];
  #isLong = false;

  constructor() {
    super({ q: '' });
  }

  protected async rowsOf({ q }: Filter, page: Part, signal?: AbortSignal): Promise<Rows<Project>> {
    const asked = q.trim().slice(0, 120);
    const found = await projectsApi(this.context.call).list(asked, page, signal);
    this.#isLong ||= found.projects.length > AT_A_GLANCE || asked !== '';
    return { rows: found.projects, nextCursor: found.nextCursor };
  }

  protected head(): TemplateResult {
    return html`<div class="page-head">
      <div>
        <h1>Projects</h1>
        <p>One for each product of yours. Each has a test and a live environment that share nothing.</p>
      </div>
      <a class="button primary" href=${paths.newProject()}>${icons.plus} New project</a>
    </div>`;
  }

  protected override body(data: Rows<Project>): TemplateResult {
    return html`${this.#draft()} ${super.body(data)}`;
  }

  /** What was begun before there was an account, and never kept. */
  #draft(): TemplateResult | typeof nothing {
    const draft = keptStart();
    if (draft === null) return nothing;
    return html`<section class="alert info" aria-labelledby="draft-title">
      <h2 id="draft-title">You began ${draft.name.trim() || 'a project'}</h2>
      <p>It is kept in this browser only, until it becomes a project.</p>
      <div class="buttons">
        <a class="button primary" href=${paths.saveStart()}>Make it a project</a>
        <a class="button" href=${paths.start('branding')}>Go on with it</a>
        <button
          class="button quiet"
          type="button"
          @click=${() => {
            forgetStart();
            this.requestUpdate();
          }}
        >
          Forget it
        </button>
      </div>
    </section>`;
  }

  protected nothingYet(): TemplateResult {
    return emptyState(
      'Your first project',
      'Name your product, and its test environment is ready: keys, sign-up and a price table, with no card and no Stripe account.',
      html`<a class="button primary" href=${paths.newProject()}>Create a project</a>`,
    );
  }

  protected override tools(): unknown {
    return this.#isLong ? this.lookers(this.search('Search projects', 'q')) : nothing;
  }

  protected override list(data: Rows<Project>): TemplateResult {
    return html`<ul class="tiles">${this.eachRow(data)}</ul>`;
  }

  protected row({ id, name, createdAtMs }: Project): TemplateResult {
    return html`<li>
      <a class="tile" href=${paths.overview(id, 'test')}>
        <h2>${name}</h2>
        <span class="muted small">Since ${day(createdAtMs)}</span>
        <code class="muted">${id}</code>
      </a>
    </li>`;
  }
}
customElements.define('page-projects', ProjectsPage);
