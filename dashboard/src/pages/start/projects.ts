import type { Project } from '@dream/contract';
import { html, type TemplateResult } from 'lit';
import { projectsApi } from '../../environment.ts';
import { paths } from '../../paths.ts';
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
