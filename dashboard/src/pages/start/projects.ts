import type { Project } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { projectsApi } from '../../environment.ts';
import { paths } from '../../paths.ts';
import { forgetStart, keptStart } from '../../start-draft.ts';
import { day } from '../../ui/format.ts';
import { icons } from '../../ui/icons.ts';
import { emptyState } from '../../ui/notice.ts';
import { Page } from '../page.ts';

/** Everything the developer has. */
class ProjectsPage extends Page<readonly Project[]> {
  protected async load(signal: AbortSignal): Promise<readonly Project[]> {
    return (await projectsApi(this.context.call).list(signal)).projects;
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

  protected body(projects: readonly Project[]): TemplateResult {
    return html`${this.#draft()} ${this.#projects(projects)}`;
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

  #projects(projects: readonly Project[]): TemplateResult {
    if (projects.length === 0)
      return emptyState(
        'Your first project',
        'Name your product, and its test environment is ready: keys, sign-up and a price table, with no card and no Stripe account.',
        html`<a class="button primary" href=${paths.newProject()}>Create a project</a>`,
      );
    return html`<ul class="tiles">
      ${projects.map(
        ({ id, name, createdAtMs }) =>
          html`<li>
            <a class="tile" href=${paths.overview(id, 'test')}>
              <h2>${name}</h2>
              <span class="muted small">Since ${day(createdAtMs)}</span>
              <code class="muted">${id}</code>
            </a>
          </li>`,
      )}
    </ul>`;
  }
}
customElements.define('page-projects', ProjectsPage);
