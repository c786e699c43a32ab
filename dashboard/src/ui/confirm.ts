import { html, nothing, render } from 'lit';

/** What is asked before something that cannot be undone. */
export interface Question {
  title: string;
  text: string;
  /** The word on the button that does it. */
  action: string;
  danger?: boolean;
  /** What must be typed first, for the worst of them. */
  typed?: string;
  /** What has to be told first, in so many letters at most. */
  told?: { label: string; hint: string; most: number };
  cancel?: string;
}

/** Closes the question that is open, as a no; there may be none. */
let dismiss = (): void => undefined;

/** Takes back what was asked: the page it was about is gone. */
export const dismissQuestion = (): void => dismiss();

/** Asks in a dialog; true when it is to be done. Escape and the other button mean no. */
export const confirm = async (question: Question): Promise<boolean> =>
  (await confirmTelling(question)) !== null;

/** The same, and answers what was told; null when it is not to be done. */
export function confirmTelling(question: Question): Promise<string | null> {
  const { title, text, action, danger = false, typed, told, cancel = 'Cancel' } = question;
  const dialog = document.createElement('dialog');
  dialog.setAttribute('aria-labelledby', 'confirm-title');
  const valueOf = (id: string) =>
    dialog.querySelector<HTMLInputElement>(`#confirm-${id}`)?.value.trim() ?? '';
  const agreed = () =>
    (typed === undefined || asShown(valueOf('typed')) === asShown(typed)) &&
    (told === undefined || valueOf('told') !== '');
  const update = () =>
    dialog.querySelector('button.go')?.setAttribute('aria-disabled', String(!agreed()));
  render(
    html`<form
      method="dialog"
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        if (agreed()) dialog.close('yes');
      }}
    >
      <h2 id="confirm-title">${title}</h2>
      <p class="muted">${text}</p>
      ${
        typed === undefined
          ? nothing
          : html`<div class="field">
              <label for="confirm-typed">Type <strong>${typed}</strong> to go on</label>
              <input id="confirm-typed" autocomplete="off" spellcheck="false" @input=${update} />
            </div>`
      }
      ${
        told === undefined
          ? nothing
          : html`<div class="field">
              <label for="confirm-told">${told.label}</label>
              <input
                id="confirm-told"
                autocomplete="off"
                maxlength=${told.most}
                aria-describedby="confirm-hint"
                @input=${update}
              />
              <p class="hint" id="confirm-hint">${told.hint}</p>
            </div>`
      }
      <div class="buttons">
        <button class="button" type="button" @click=${() => dialog.close()}>${cancel}</button>
        <button
          class="button go ${danger ? 'danger' : 'primary'}"
          aria-disabled=${String(typed !== undefined || told !== undefined)}
        >
          ${action}
        </button>
      </div>
    </form>`,
    dialog,
  );
  document.body.append(dialog);
  dialog.showModal();
  dismiss = () => dialog.close();
  return new Promise((resolve) =>
    dialog.addEventListener(
      'close',
      () => {
        const said = valueOf('told');
        dialog.remove();
        resolve(dialog.returnValue === 'yes' ? said : null);
      },
      { once: true },
    ),
  );
}

/** A text as it is seen on the page, where several spaces are one. */
const asShown = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
