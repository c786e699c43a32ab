import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { paths } from '../../paths.ts';
import { go } from '../../router.ts';
import {
  changedStart,
  firstOpenStep,
  keepStart,
  keptStart,
  newStart,
  shownProducts,
  type StartDraft,
  startBootstrap,
  startFaults,
  tokensOf,
} from '../../start-draft.ts';
import { type StartStep, STEPS } from '../../start-steps.ts';
import { Page } from '../page.ts';
import './begin.css';
import { brandingStep } from './branding-step.ts';
import { lookStep } from './look-step.ts';
import { previewStep } from './preview-step.ts';
import { tiersStep } from './tiers-step.ts';

const WORDS: Readonly<Record<StartStep, readonly [short: string, title: string, lead: string]>> = {
  branding: [
    'Product',
    'What are you making?',
    'Everything can be changed later, and nothing is sent anywhere yet.',
  ],
  tiers: [
    'Tiers',
    'What do you offer?',
    'A free tier and one with a price are enough to begin with.',
  ],
  look: [
    'Look',
    'How should it look?',
    'The widgets take fonts and colours of your page. Say here what they should not.',
  ],
  preview: [
    'Preview',
    'Try it',
    'The real widgets on a page of their own, as your visitors would meet them.',
  ],
};

/** The wizard: a project, step by step, before there is an account. */
class BeginPage extends Page<StartStep> {
  static override properties: PropertyDeclarations = {
    ...Page.properties,
    draft: { state: true },
    tried: { state: true },
    tier: { state: true },
  };
  declare private draft: StartDraft;
  declare private tried: boolean;
  /** Which of the tiers is open. */
  declare private tier: number;

  constructor() {
    super();
    this.draft = keptStart() ?? newStart();
    this.tried = false;
    this.tier = 0;
  }

  get #step(): StartStep {
    return STEPS.find((step) => paths.start(step) === location.pathname) ?? 'branding';
  }

  protected load(): Promise<StartStep> {
    const open = firstOpenStep(this.draft);
    const step = this.#step;
    if (STEPS.indexOf(step) > STEPS.indexOf(open)) go(paths.start(open), true);
    return Promise.resolve(step);
  }

  protected head(): TemplateResult {
    const step = this.#step;
    const open = STEPS.indexOf(firstOpenStep(this.draft));
    return html`<nav aria-label="Steps">
        <ol class="wizard-steps">
          ${STEPS.map(
            (each, index) =>
              html`<li aria-current=${each === step ? 'step' : nothing}>
                ${
                  index <= open
                    ? html`<a href=${paths.start(each)}>${index + 1}. ${WORDS[each][0]}</a>`
                    : html`<span>${index + 1}. ${WORDS[each][0]}</span>`
                }
              </li>`,
          )}
        </ol>
      </nav>
      <div class="page-head">
        <div>
          <h1>${WORDS[step][1]}</h1>
          <p>${WORDS[step][2]}</p>
        </div>
      </div>`;
  }

  protected body(step: StartStep): TemplateResult {
    const faults = startFaults(this.draft, step);
    const shown = this.tried ? faults : this.#touched(faults);
    return html`<div class="editor">
      <form class="page" novalidate @submit=${this.#next}>
        ${this.#fields(step, shown)}
        <div class="buttons">
          ${
            step === 'preview'
              ? html`<a class="button primary" href=${paths.saveStart()}>Keep it as a project</a>`
              : html`<button class="button primary">Go on</button>`
          }
          ${step === 'branding' ? nothing : html`<a class="button quiet" href=${paths.start(before(step))}>Back</a>`}
        </div>
      </form>
      ${this.#preview(step)}
    </div>`;
  }

  #fields(step: StartStep, faults: Readonly<Record<string, string>>): TemplateResult {
    const { draft } = this;
    const change = (part: Partial<StartDraft>) => this.#change(part);
    if (step === 'branding') return brandingStep(draft, faults, change);
    if (step === 'look') return lookStep(draft.look, faults, (look) => change({ look }));
    if (step === 'preview') return previewStep(draft);
    return tiersStep({
      tiers: draft.tiers,
      open: Math.min(this.tier, draft.tiers.length - 1),
      faults,
      choose: (tier) => (this.tier = tier),
      change: (tiers) => change({ tiers }),
    });
  }

  #change(part: Partial<StartDraft>): void {
    this.draft = changedStart(this.draft, part);
    keepStart(this.draft);
  }

  /** What was not touched yet is not wrong yet. */
  #touched(faults: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(faults).filter(([field]) => field !== 'name' || this.draft.name !== ''),
    );
  }

  #preview(step: StartStep): TemplateResult {
    const bootstrap = startBootstrap(this.draft);
    const config = { bootstrap, customer: null };
    const shop = { ...config, products: shownProducts(this.draft), cart: [] };
    const isShop = this.draft.kind === 'store' && step !== 'tiers';
    const [title, widget] =
      step === 'branding'
        ? ['Where visitors sign up', html`<dream-signup .config=${config}></dream-signup>`]
        : isShop
          ? ['Your shop', html`<dream-cart .config=${shop}></dream-cart>`]
          : ['Your price table', html`<dream-pricing .config=${config}></dream-pricing>`];
    return html`<section class="preview card" aria-labelledby="preview-title">
      <div class="card-head">
        <h2 id="preview-title">${title}</h2>
        <span class="badge">Preview</span>
      </div>
      <div class="site">${widget}</div>
    </section>`;
  }

  /** The look, by properties: the policy of this site allows no style of a text. */
  protected override updated(): void {
    const site = this.querySelector<HTMLElement>('.site');
    if (!site) return;
    const tokens = tokensOf(this.draft.look);
    for (const name of ['accent', 'surface', 'text', 'radius', 'font'].map(
      (each) => `--dream-${each}`,
    ))
      if (tokens[name] === undefined) site.style.removeProperty(name);
      else site.style.setProperty(name, tokens[name]);
  }

  readonly #next = async (event: Event): Promise<void> => {
    event.preventDefault();
    const step = this.#step;
    this.tried = true;
    const [wrong] = Object.keys(startFaults(this.draft, step));
    if (wrong === undefined) {
      keepStart(this.draft);
      go(paths.start(STEPS[STEPS.indexOf(step) + 1] ?? 'preview'));
      return;
    }
    if (step === 'tiers') this.tier = Number.parseInt(wrong, 10);
    await this.updateComplete;
    this.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  };
}
customElements.define('page-begin', BeginPage);

const before = (step: StartStep): StartStep => STEPS[STEPS.indexOf(step) - 1] ?? 'branding';
