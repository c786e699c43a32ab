import { html, type PropertyDeclarations, type TemplateResult } from 'lit';
import { paths } from '../../paths.ts';
import { go } from '../../router.ts';
import { type Progress, saveProject } from '../../save-project.ts';
import { signedIn } from '../../session.ts';
import {
  firstOpenStep,
  forgetStart,
  keptStart,
  planOf,
  type StartDraft,
} from '../../start-draft.ts';
import { emptyState } from '../../ui/notice.ts';
import { saving } from '../../ui/saving.ts';
import { toast } from '../../ui/toast.ts';
import { Page } from '../page.ts';
import './begin.css';

/** Makes the draft of this browser a project: at once for who is signed in, after signing up for others. */
class KeepPage extends Page<true> {
  static override properties: PropertyDeclarations = {
    ...Page.properties,
    progress: { state: true },
  };
  declare private progress: Progress;
  readonly #draft: StartDraft | null = keptStart();

  constructor() {
    super();
    this.progress = { done: 0, of: 1, words: 'Beginning' };
  }

  protected load(): Promise<true> {
    if (this.#draft && firstOpenStep(this.#draft) === 'preview' && signedIn())
      void this.#save(this.#draft);
    return Promise.resolve(true);
  }

  protected head(): TemplateResult {
    const name = this.#draft?.name.trim() || 'your project';
    return html`<div class="page-head">
      <div>
        <h1>Keep ${name}</h1>
        <p>It becomes a project in test mode: free, with keys and test cards.</p>
      </div>
    </div>`;
  }

  protected body(): TemplateResult {
    const draft = this.#draft;
    if (draft === null)
      return emptyState(
        'There is nothing to keep',
        'What is begun is kept in the browser it was begun in, until it became a project.',
        html`<a class="button" href=${paths.start('branding')}>Begin something</a>`,
      );
    if (firstOpenStep(draft) !== 'preview')
      return emptyState(
        'Something is missing yet',
        'A name, say. The rest of what you typed is kept.',
        html`<a class="button primary" href=${paths.start(firstOpenStep(draft))}>Go on with it</a>`,
      );
    if (!signedIn()) return html`<div class="sign-in narrow"><dream-signup></dream-signup></div>`;
    return html`<section class="card" aria-label="Saving">
      ${
        this.failure
          ? html`<p class="muted">What is made already is kept. Going on makes nothing twice.</p>
              <div class="buttons">
                <button class="button primary" type="button" @click=${() => void this.#save(draft)}>
                  Go on
                </button>
                <a class="button" href=${paths.start('branding')}>Change something first</a>
              </div>`
          : saving(this.progress)
      }
    </section>`;
  }

  async #save(draft: StartDraft): Promise<void> {
    const { call, reloadProjects } = this.context;
    await this.act('save', async () => {
      const project = await saveProject(call, planOf(draft), (now) => (this.progress = now));
      forgetStart();
      await reloadProjects();
      toast('Project created');
      go(paths.overview(project.id, 'test'), true);
    });
  }
}
customElements.define('page-keep', KeepPage);
