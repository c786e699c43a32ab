import type { Customer, Session } from '@dream/contract';
import { html, type TemplateResult } from 'lit';
import { toDreamError } from '../internal/api.ts';
import { CodeFlow } from '../internal/code-flow.ts';
import { FormElement } from '../internal/form-element.ts';

/** The steps in which a visitor confirms who they are. */
type Confirming = 'confirm' | 'confirm-code' | 'confirm-sent';

/** Something that may ask for the current password, or for a sign-in just now. */
type Guarded = (proof: { currentPassword?: string }) => Promise<unknown>;

/** An element that starts `home` and guards what a borrowed device must not do. */
export abstract class ConfirmingElement<Step extends string> extends FormElement<
  Step | Confirming | 'home'
> {
  protected readonly code = new CodeFlow(this);
  /** What waits for the visitor to confirm who they are. */
  #guarded: Guarded = () => Promise.resolve();

  /** Does something now, or after the visitor confirmed who they are. */
  protected async guard(run: Guarded): Promise<void> {
    try {
      await run({});
    } catch (error) {
      if (toDreamError(error).code !== 'confirmation_required') throw error;
      this.#guarded = run;
      this.go(this.view.customer?.hasPassword ? 'confirm' : 'confirm-code');
    }
  }

  /** What a step of confirming shows. */
  protected confirmation(step: Confirming, customer: Customer): TemplateResult {
    const form =
      step === 'confirm'
        ? this.#askForPassword(customer)
        : step === 'confirm-code'
          ? this.#askForCode(customer)
          : this.codeForm(this.code, (token) => this.#confirmedByCode(token), this.back());
    return html`${this.heading('confirm')} ${form}`;
  }

  #askForPassword({ email }: Customer): TemplateResult {
    return this.form({
      lead: this.text('confirmLead'),
      username: email ?? '',
      fields: [
        {
          name: 'currentPassword',
          label: this.text('currentPassword'),
          type: 'password',
          autocomplete: 'current-password',
        },
      ],
      submit: this.text('confirm'),
      run: ({ currentPassword = '' }) => this.#guarded({ currentPassword }),
      more: html`${this.link(this.text('useCode'), () => this.go('confirm-code'))} ${this.back()}`,
    });
  }

  #askForCode({ email }: Customer): TemplateResult {
    return this.form({
      lead: this.text('confirmCodeLead', { email: email ?? '' }),
      fields: [],
      submit: this.text('sendCode'),
      run: async () => {
        await this.code.send(this.page, email ?? '', await this.botCheck());
        this.go('confirm-sent');
      },
      more: this.back(),
    });
  }

  /** Signing in once more makes the session as fresh as what waits asks for. */
  async #confirmedByCode(sealedToken: string | null): Promise<void> {
    const session = await this.page.api.post<Session>('sessions/exchange', { sealedToken });
    this.code.done();
    await this.page.replaceSession(session);
    await this.#guarded({});
  }

  /** Calls the API for the signed-in customer. */
  protected send<T>(method: 'PUT' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<T> {
    return this.page.authed((token) => this.page.api.send<T>(method, path, body, token));
  }

  /** The heading of a step, which takes the focus where there is no field. */
  protected heading(name: string): TemplateResult {
    return html`<h3 tabindex="-1">${this.text(name)}</h3>`;
  }

  /** The way back from a step. */
  protected back(): TemplateResult {
    return this.link(this.text('back'), () => this.go('home'));
  }
}
