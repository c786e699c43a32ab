import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { CodeFlow } from './code-flow.ts';
import { DreamElement } from './dream-element.ts';
import { notice } from './notice.ts';

/** One labelled input of a form. */
export interface Field {
  name: string;
  label: string;
  type?: 'text' | 'email' | 'password';
  autocomplete: AutoFill;
  value?: string;
  /** Below the input: what is expected. */
  hint?: string;
  minLength?: number;
  optional?: boolean;
  /** Six digits, sent as soon as they are there. */
  isCode?: boolean;
}

/** A form: its fields, and what is done with their values. */
export interface Form {
  lead?: string | undefined;
  /** Whose password it asks for, where nobody types it: for password managers. */
  username?: string;
  fields: readonly Field[];
  submit: string;
  run: (values: Record<string, string>) => Promise<unknown>;
  /** What it does cannot be undone. */
  danger?: boolean;
  /** What went wrong was not this form's doing, and is told where it was. */
  isToldElsewhere?: boolean;
  /** Below the button. */
  more?: unknown;
}

/**
 * An element of steps and forms. What is wrong with a field is told below it and announced; after a
 * step the focus is where a person goes on.
 */
export abstract class FormElement<Step extends string> extends DreamElement {
  static override properties = {
    ...DreamElement.properties,
    step: { state: true },
    said: { state: true },
    faults: { state: true },
  };
  declare protected step: Step;
  /** What the status line says. */
  declare protected said: string;
  /** What is wrong with a field before anything was sent, by its name. */
  declare protected faults: Readonly<Record<string, string>>;
  /** Which text tells of an error, by its code. */
  protected abstract readonly errorTexts: Readonly<Record<string, string>>;
  /** Which field an error is about, by its code. */
  protected abstract readonly errorFields: Readonly<Record<string, string>>;

  constructor() {
    super();
    this.said = '';
    this.faults = {};
  }

  protected override updated(changed: PropertyValues): void {
    const was = changed.get('step') as Step | undefined;
    if (was !== undefined && was !== this.step) this.focusFirst();
    else if (changed.has('failure') && this.failure) this.#focusFault();
  }

  /** Where a person goes on: the first field, not the close button a dialog would choose. */
  protected focusFirst(): void {
    const field = this.renderRoot.querySelector<HTMLElement>('input:not([hidden])');
    (field ?? this.renderRoot.querySelector<HTMLElement>('[tabindex="-1"]'))?.focus();
  }

  #focusFault(): void {
    this.renderRoot.querySelector<HTMLElement>('input[aria-invalid="true"]')?.focus();
  }

  /** What shows the edge that a person is there, good for one call; null where nobody asks. */
  protected async botCheck(): Promise<string | null> {
    const siteKey = this.view.bootstrap?.signIn.turnstileSiteKey;
    if (!siteKey) return null;
    const { askTurnstile } = await import('./bot-check.ts');
    const root = this.getRootNode();
    return askTurnstile(root instanceof ShadowRoot ? (root.host as HTMLElement) : this, siteKey);
  }

  protected go(step: Step): void {
    this.failure = null;
    this.faults = {};
    this.said = '';
    this.step = step;
  }

  protected link(label: string, run: () => unknown, name?: string): TemplateResult {
    return html`<button type="button" class="link" aria-label=${name ?? nothing} @click=${run}>
      ${label}
    </button>`;
  }

  protected form(form: Form): TemplateResult {
    const { lead, username, fields, submit, run, danger, isToldElsewhere, more } = form;
    const isBusy = this.busy === 'submit';
    const told = this.failure && this.errorFields[this.failure.code];
    const isOfNoField = !isToldElsewhere && !fields.some(({ name }) => name === told);
    return html`<form
      novalidate
      @submit=${(event: SubmitEvent) => this.#submitted(event, fields, run)}
    >
      ${lead ? html`<p class="muted">${lead}</p>` : nothing}
      ${
        username === undefined
          ? nothing
          : html`<input autocomplete="username" hidden aria-hidden="true" .value=${username} />`
      }
      ${fields.map((field) => this.#field(field))}
      ${this.error(isOfNoField)}
      <button
        type="submit"
        part="button"
        class="${danger ? 'danger' : 'primary'} ${isBusy ? 'busy' : ''}"
        aria-disabled=${isBusy ? 'true' : 'false'}
      >
        ${submit}
      </button>
      ${more ? html`<div class="row">${more}</div>` : nothing}
    </form>`;
  }

  /** The form a mailed code is typed into; `use` gets what it proves, sealed for the edge. */
  protected codeForm(
    flow: CodeFlow,
    use: (sealedToken: string | null) => Promise<unknown>,
    more: TemplateResult,
  ): TemplateResult {
    const { email, waitSeconds } = flow;
    const resend = async () => {
      await flow.resend(await this.botCheck());
      this.said = this.text('resent');
    };
    return this.form({
      lead: this.text('codeLead', { email }),
      fields: [
        { name: 'code', label: this.text('code'), autocomplete: 'one-time-code', isCode: true },
      ],
      submit: this.text('verify'),
      run: async ({ code = '' }) => use(await flow.verify(code)),
      more: html`${
        waitSeconds > 0
          ? html`<span class="muted">${this.text('resendIn', { seconds: waitSeconds })}</span>`
          : this.link(this.text('resend'), () => this.act('resend', resend))
      }
      ${more}`,
    });
  }

  /** What an error says; `isHere`, whether this is its place. */
  protected error(isHere = true): TemplateResult {
    return notice(isHere ? this.#words() : null);
  }

  #words(): string | null {
    return this.failure && this.say(this.failure, this.errorTexts);
  }

  #field(field: Field): TemplateResult {
    const { name, label, type = 'text', value, hint, isCode } = field;
    const isTold = this.failure && this.errorFields[this.failure.code] === name;
    const fault = this.faults[name] ?? (isTold ? this.#words() : null);
    return html`<div class="field">
      <label for=${name}>${label}</label>
      <input
        part="input"
        id=${name}
        class=${isCode ? 'code' : ''}
        name=${name}
        type=${type}
        autocomplete=${field.autocomplete}
        inputmode=${isCode ? 'numeric' : nothing}
        autocapitalize=${type === 'text' && !isCode ? nothing : 'off'}
        spellcheck="false"
        minlength=${field.minLength ?? nothing}
        maxlength=${isCode ? 12 : nothing}
        ?required=${!field.optional}
        aria-invalid=${fault ? 'true' : 'false'}
        aria-describedby="${name}-fault ${name}-hint"
        .value=${value ?? ''}
        @input=${(event: InputEvent) => this.#typed(event, field)}
      />
      <div role="alert" part="error" id="${name}-fault">
        ${fault ? html`<span class="fault">${fault}</span>` : nothing}
      </div>
      <p class="muted" id="${name}-hint" ?hidden=${!hint}>${hint}</p>
    </div>`;
  }

  #typed(event: InputEvent, { name, isCode }: Field): void {
    const input = event.currentTarget as HTMLInputElement;
    if (this.faults[name]) this.faults = { ...this.faults, [name]: '' };
    if (!isCode) return;
    const digits = input.value.replaceAll(/\D/g, '').slice(0, 6);
    if (digits !== input.value) input.value = digits;
    if (digits.length === 6) input.form?.requestSubmit();
  }

  #submitted(event: SubmitEvent, fields: readonly Field[], run: Form['run']): void {
    event.preventDefault();
    this.failure = null;
    const form = event.currentTarget as HTMLFormElement;
    const inputs = fields.map(({ name }) => form.elements.namedItem(name) as HTMLInputElement);
    for (const input of inputs) if (input.type !== 'password') input.value = input.value.trim();
    // What a script filled in is never too short for a browser.
    const faulty = inputs.filter(
      (input) => !input.checkValidity() || input.value.length < input.minLength,
    );
    this.faults = Object.fromEntries(faulty.map((input) => [input.name, this.#faultOf(input)]));
    if (faulty.length > 0) return faulty[0]?.focus();
    const values = Object.fromEntries(inputs.map(({ name, value }) => [name, value]));
    void this.act('submit', () => run(values));
  }

  #faultOf({ validity, type }: HTMLInputElement): string {
    if (validity.valueMissing) return this.text('errorRequired');
    return this.text(type === 'email' ? 'errorEmail' : 'errorShort');
  }
}
