import type { Enforcement, Period, Settings } from '@dream/contract';
import { html, type PropertyDeclarations, type TemplateResult } from 'lit';
import { projectsApi } from '../../environment.ts';
import { paths } from '../../paths.ts';
import { go } from '../../router.ts';
import {
  changed,
  draftFaults,
  fromDraft,
  type SettingsDraft,
  toDraft,
} from '../../settings-draft.ts';
import { confirm } from '../../ui/confirm.ts';
import { choicesOf, FONTS, RADII } from '../../start-draft.ts';
import { colourField } from '../../ui/colour.ts';
import { check, choice, field } from '../../ui/field.ts';
import { saveBar } from '../../ui/save-bar.ts';
import { toast } from '../../ui/toast.ts';
import { guardUnsaved, releaseUnsaved } from '../../ui/unsaved.ts';
import { textFault } from '../../validation.ts';
import { Page } from '../page.ts';

const PERIODS: readonly (readonly [Period, string])[] = [
  ['month', 'Every calendar month'],
  ['subscription', "With the customer's subscription"],
  ['week', 'Every week'],
  ['day', 'Every day'],
  ['hour', 'Every hour'],
  ['year', 'Every year'],
];

const ENFORCEMENTS: readonly (readonly [Enforcement, string])[] = [
  ['enforce', 'Refuse calls'],
  ['observe', 'Only observe'],
];

type TextField = {
  [K in keyof SettingsDraft]: SettingsDraft[K] extends string ? K : never;
}[Exclude<keyof SettingsDraft, 'period' | 'enforcement'>];

/** Everything a developer sets for one environment, and the project's name and end. */
class SettingsPage extends Page<Settings> {
  static override properties: PropertyDeclarations = {
    ...Page.properties,
    draft: { state: true },
    name: { state: true },
  };
  declare private draft: SettingsDraft | null;
  declare private name: string | null;

  constructor() {
    super();
    this.draft = null;
    this.name = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    guardUnsaved(() => this.#isChanged() || this.#isRenamed());
  }

  protected async load(signal: AbortSignal): Promise<Settings> {
    const { settings } = await this.environment.settings(signal);
    this.draft ??= toDraft(settings);
    return settings;
  }

  #isChanged(): boolean {
    const { data, draft } = this;
    return data !== null && JSON.stringify(draft) !== JSON.stringify(toDraft(data));
  }

  #isRenamed(): boolean {
    return this.name !== null && this.name.trim() !== this.context.project?.name;
  }

  protected head(): TemplateResult {
    return html`<div class="page-head">
      <div>
        <h1>Settings</h1>
        <p>Of the ${this.context.mode} environment; the other one keeps its own.</p>
      </div>
    </div>`;
  }

  protected body(settings: Settings): TemplateResult {
    const draft = this.draft ?? toDraft(settings);
    const faults = Object.keys(draftFaults(draft)).length;
    return html`
      <form class="page" @submit=${this.#save} novalidate>
        ${this.#branding(draft)} ${this.#signIn(draft)} ${this.#counting(draft)} ${this.#urls(draft)}
        ${saveBar({
          isChanged: this.#isChanged(),
          faults,
          busy: this.busy === 'save',
          onDiscard: () => (this.draft = toDraft(settings)),
        })}
      </form>
      ${this.#project()}
    `;
  }

  #text(
    name: TextField,
    label: string,
    more: { hint?: string; placeholder?: string; type?: string } = {},
  ): TemplateResult {
    const { draft } = this;
    if (draft === null) return html``;
    return field({
      id: name,
      label,
      value: draft[name],
      fault: draftFaults(draft)[name],
      onInput: (value) => (this.draft = { ...draft, [name]: value }),
      ...more,
    });
  }

  #colour(
    name: 'accentColor' | 'surfaceColor' | 'textColor',
    label: string,
    usual: string,
  ): TemplateResult {
    const { draft } = this;
    if (draft === null) return html``;
    return colourField({
      id: name,
      label,
      value: draft[name],
      usual,
      placeholder: 'of the page',
      fault: draftFaults(draft)[name],
      onInput: (value) => (this.draft = { ...draft, [name]: value }),
    });
  }

  #branding(draft: SettingsDraft): TemplateResult {
    return html`<section class="card" aria-labelledby="branding-title">
      <h2 id="branding-title">Branding</h2>
      <div class="columns">
        ${this.#text('displayName', 'Name', { hint: 'What visitors read when they sign up.' })}
        ${this.#text('supportEmail', 'Support e-mail', { placeholder: 'hello@example.com' })}
        ${this.#text('logoUrl', 'Logo', { placeholder: 'https://example.com/logo.svg' })}
        ${this.#text('locale', 'Language', { placeholder: 'of the page', hint: 'Like “de” or “pt-BR”.' })}
        ${this.#colour('accentColor', 'Accent colour', '#4f46e5')}
        ${this.#colour('surfaceColor', 'Background', '#ffffff')}
        ${this.#colour('textColor', 'Text', '#1a1c23')}
        ${choice({
          id: 'corners',
          label: 'Corners',
          value: draft.corners,
          choices: [['', 'Of the page'], ...choicesOf(RADII)],
          onInput: (corners) =>
            (this.draft = { ...draft, corners: corners as SettingsDraft['corners'] }),
        })}
        ${choice({
          id: 'font',
          label: 'Font',
          value: draft.font,
          choices: choicesOf(FONTS).map(([name, words]) => [name === 'site' ? '' : name, words]),
          onInput: (font) => (this.draft = { ...draft, font: font as SettingsDraft['font'] }),
        })}
      </div>
    </section>`;
  }

  #signIn(draft: SettingsDraft): TemplateResult {
    return html`<section class="card" aria-labelledby="sign-in-title">
      <h2 id="sign-in-title">Signing up</h2>
      <div class="stack">
        ${check('Code by e-mail', draft.emailCode, (emailCode) => (this.draft = { ...draft, emailCode }))}
        ${check(
          'Password',
          draft.password,
          (password) => (this.draft = { ...draft, password }),
          'A password set here works on your site and nowhere else.',
        )}
      </div>
      <div class="columns">
        ${this.#text('oauth', 'Providers', { placeholder: 'google, github', hint: 'In the order they are shown.' })}
        ${this.#text('sessionDays', 'Signed in for, in days', { type: 'number' })}
        ${this.#text('signUpsPerDay', 'New customers a day, at most', {
          type: 'number',
          hint: '0 closes the door to new ones.',
        })}
      </div>
    </section>`;
  }

  #counting(draft: SettingsDraft): TemplateResult {
    return html`<section class="card" aria-labelledby="counting-title">
      <h2 id="counting-title">Counting and paying</h2>
      <div class="columns">
        ${choice({
          id: 'period',
          label: 'Usage starts anew',
          value: draft.period,
          choices: PERIODS,
          onInput: (period) => (this.draft = { ...draft, period: period as Period }),
        })}
        ${this.#text('timeZone', 'Time zone', { hint: 'Like “Europe/Berlin”.' })}
        ${choice({
          id: 'enforcement',
          label: 'Above a limit',
          value: draft.enforcement,
          choices: ENFORCEMENTS,
          onInput: (enforcement) =>
            (this.draft = { ...draft, enforcement: enforcement as Enforcement }),
        })}
        ${this.#text('pastDueGraceDays', 'Days of grace', { type: 'number', hint: 'For a payment that failed.' })}
      </div>
    </section>`;
  }

  #urls(_draft: SettingsDraft): TemplateResult {
    return html`<section class="card" aria-labelledby="urls-title">
      <div>
        <h2 id="urls-title">Where customers come back to</h2>
        <p class="muted">When a call names no address. Left empty, they come back to the page they left.</p>
      </div>
      <div class="columns">
        ${this.#text('successUrl', 'After paying')} ${this.#text('cancelUrl', 'After not paying')}
        ${this.#text('returnUrl', 'From the billing portal')}
      </div>
    </section>`;
  }

  #project(): TemplateResult {
    const { project } = this.context;
    const name = this.name ?? project?.name ?? '';
    const fault = this.name === null ? null : textFault(name, 60);
    return html`
      <form class="card" @submit=${this.#rename} novalidate aria-labelledby="project-title">
        <div>
          <h2 id="project-title">The project</h2>
          <p class="muted">Its name in this dashboard, for both environments.</p>
        </div>
        <div class="row">
          ${field({
            id: 'project-name',
            label: 'Name of the project',
            hideLabel: true,
            value: name,
            fault,
            onInput: (value) => (this.name = value),
          })}
          <button class="button" aria-disabled=${String(this.busy !== null)}>Rename</button>
        </div>
      </form>
      <section class="card" aria-labelledby="delete-title">
        <div class="card-head">
          <div>
            <h2 id="delete-title">Delete the project</h2>
            <p class="muted">
              Test and live: keys stop at once, customers and everything else are erased.
            </p>
          </div>
          <button class="button danger" type="button" @click=${() => void this.#delete()}>
            Delete project
          </button>
        </div>
      </section>
    `;
  }

  readonly #save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { data, draft } = this;
    if (data === null || draft === null) return;
    if (Object.keys(draftFaults(draft)).length > 0) {
      this.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
      return;
    }
    await this.act('save', async () => {
      const { settings } = await this.environment.updateSettings(changed(data, fromDraft(draft)));
      this.data = settings;
      this.draft = toDraft(settings);
      toast('Settings saved');
    });
  };

  readonly #rename = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { name } = this;
    if (name === null || textFault(name, 60) !== null) return;
    await this.act('rename', async () => {
      await projectsApi(this.context.call).rename(this.projectId, name.trim());
      await this.context.reloadProjects();
      this.name = null;
      toast('Project renamed');
    });
  };

  async #delete(): Promise<void> {
    const name = this.context.project?.name ?? '';
    const sure = await confirm({
      title: `Delete ${name}?`,
      text: 'Both environments are erased, with all keys, customers and tiers. Subscriptions at Stripe are not cancelled by this. There is no way back.',
      action: 'Delete for ever',
      danger: true,
      typed: name,
    });
    if (!sure) return;
    const done = await this.act('delete', () =>
      projectsApi(this.context.call).remove(this.projectId),
    );
    if (!done) return;
    releaseUnsaved();
    await this.context.reloadProjects();
    toast('Project deleted');
    go(paths.projects(), true);
  }
}
customElements.define('page-settings', SettingsPage);
