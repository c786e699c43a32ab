import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { type Progress, saveProject } from '../../save-project.ts';
import { type ProjectKind, TEMPLATES } from '../../templates.ts';
import { Intention } from '../../intention.ts';
import { paths } from '../../paths.ts';
import { go } from '../../router.ts';
import { field } from '../../ui/field.ts';
import { kinds } from '../../ui/kinds.ts';
import { saving } from '../../ui/saving.ts';
import { toast } from '../../ui/toast.ts';
import { textFault } from '../../validation.ts';
import { Page } from '../page.ts';

/** A name is all a project needs; what kind it is decides what it begins with. */
class NewProjectPage extends Page<true> {
  static override properties: PropertyDeclarations = {
    ...Page.properties,
    name: { state: true },
    kind: { state: true },
    progress: { state: true },
    tried: { state: true },
  };
  declare private name: string;
  declare private kind: ProjectKind;
  declare private progress: Progress | null;
  declare private tried: boolean;
  /** So that a lost answer makes no second project. */
  readonly #intention = new Intention();

  constructor() {
    super();
    this.name = '';
    this.kind = 'saas';
    this.progress = null;
    this.tried = false;
  }

  protected load(): Promise<true> {
    return Promise.resolve(true);
  }

  protected head(): TemplateResult {
    return html`<div class="page-head">
      <div>
        <h1>New project</h1>
        <p>Visitors see the name when they sign up. You can change it at any time.</p>
      </div>
    </div>`;
  }

  protected body(): TemplateResult {
    const fault = this.tried || this.name ? textFault(this.name, 60) : null;
    return html`<form class="card form" @submit=${this.#create} novalidate>
      ${field({
        id: 'name',
        label: 'Name of your product',
        value: this.name,
        placeholder: 'Versa',
        required: true,
        fault: this.tried || this.name.length > 60 ? fault : null,
        onInput: (value) => (this.name = value),
      })}
      ${kinds({
        legend: 'What it begins with',
        kinds: KINDS,
        chosen: this.kind,
        onChange: (kind) => (this.kind = kind),
      })}
      ${this.progress && this.busy ? saving(this.progress) : nothing}
      <div class="buttons">
        <button class="button primary" aria-disabled=${String(this.busy !== null)}>
          ${this.busy ? 'Creating…' : 'Create project'}
        </button>
        <a class="button quiet" href=${paths.projects()}>Cancel</a>
      </div>
    </form>`;
  }

  readonly #create = async (event: Event): Promise<void> => {
    event.preventDefault();
    this.tried = true;
    if (textFault(this.name, 60) !== null) {
      this.querySelector<HTMLElement>('#name')?.focus();
      return;
    }
    await this.act('create', async () => {
      const { call, reloadProjects } = this.context;
      const { tiers, products } = TEMPLATES[this.kind];
      const key = this.#intention.keyOf({ name: this.name.trim(), kind: this.kind });
      const plan = { key, name: this.name, settings: {}, tiers, products };
      const project = await saveProject(call, plan, (progress) => (this.progress = progress));
      await reloadProjects();
      toast('Project created');
      go(paths.overview(project.id, 'test'));
    });
  };
}
customElements.define('page-new-project', NewProjectPage);

const KINDS = (Object.keys(TEMPLATES) as ProjectKind[]).map((value) => ({
  value,
  ...TEMPLATES[value],
}));
