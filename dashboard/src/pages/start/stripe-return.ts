import type { Mode, ProposedAccount } from '@dream/contract';
import { html, type TemplateResult } from 'lit';
import { ApiError } from '../../api.ts';
import { environmentApi } from '../../environment.ts';
import { paths } from '../../paths.ts';
import { go } from '../../router.ts';
import { forgetTrip, rememberTrip, type StripeTrip, tripOf } from '../../stripe-trip.ts';
import { emptyState } from '../../ui/notice.ts';
import { toast } from '../../ui/toast.ts';
import { Page } from '../page.ts';

interface Return {
  project: string;
  mode: Mode;
  /** The account to confirm; or why there is none. */
  account: ProposedAccount | 'denied' | 'over';
}

/** Back from Stripe: the account is named, and connected only when the developer says that it is theirs. */
class StripeReturnPage extends Page<Return | 'stranger'> {
  protected async load(): Promise<Return | 'stranger'> {
    const query = new URLSearchParams(location.search);
    const trip = tripOf(query.get('state'));
    if (trip === null) return 'stranger';
    const { project, mode } = trip;
    const code = query.get('code');
    const account = code === null ? 'denied' : (trip.account ?? (await this.#complete(trip, code)));
    return { project, mode, account };
  }

  async #complete(trip: StripeTrip, code: string): Promise<Return['account']> {
    const { project, mode, state } = trip;
    try {
      const api = environmentApi(this.context.call, project, mode);
      const { account } = await api.completeConnection(code, state);
      rememberTrip({ ...trip, account });
      return account;
    } catch (error) {
      // The code is used up, as when its answer was lost: only a new one helps.
      if (error instanceof ApiError && error.code === 'connection_invalid') return 'over';
      throw error;
    }
  }

  protected head(): TemplateResult {
    return html`<h1>Back from Stripe</h1>`;
  }

  protected body(data: Return | 'stranger'): TemplateResult {
    if (data === 'stranger')
      return emptyState(
        'This connection was not begun here',
        'To connect a Stripe account, open a project of yours and begin on its Stripe page.',
        html`<a class="button" href=${paths.projects()}>All projects</a>`,
      );
    const { account, project, mode } = data;
    const back = paths.stripe(project, mode);
    if (account === 'denied' || account === 'over')
      return emptyState(
        'Nothing was connected',
        account === 'denied'
          ? 'Stripe says that you did not allow it.'
          : 'What Stripe sent you back with is used up or too old. Begin once more.',
        html`<a class="button" href=${back}>Back to the project</a>`,
      );
    const name = this.context.projects.find(({ id }) => id === project)?.name ?? project;
    return html`<div class="card">
      <h2>Connect “${account.accountName}” to ${name}, ${mode} mode?</h2>
      <p>
        What is sold there is paid into this Stripe account:
        <code>${account.stripeAccountId}</code>. Go on only if it is yours.
      </p>
      <div class="buttons">
        <button
          class="button primary"
          type="button"
          aria-disabled=${String(this.busy !== null)}
          @click=${() => void this.#confirm(data, account.stripeAccountId)}
        >
          Connect ${account.accountName}
        </button>
        <a class="button" href=${back}>Not this one</a>
      </div>
    </div>`;
  }

  async #confirm({ project, mode }: Return, stripeAccountId: string): Promise<void> {
    await this.act('confirm', async () => {
      await environmentApi(this.context.call, project, mode).confirmConnection(stripeAccountId);
      forgetTrip();
      toast('Stripe account connected');
      go(paths.stripe(project, mode), true);
    });
  }
}
customElements.define('page-stripe-return', StripeReturnPage);
