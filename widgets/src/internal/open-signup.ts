import { emit } from './events.ts';
import { dream } from './runtime.ts';

/** What `<dream-signup>` offers other elements; its code is loaded when it is first wanted. */
interface SignupElement extends HTMLElement {
  openRequested(): Promise<boolean>;
}

/** Says that a visitor is about to be asked to sign in; false when the site's own login does it. */
export const requestSignIn = (): boolean => emit(document, 'dream-signin-request', {}, true);

/**
 * Opens the sign-in dialog: of the `<dream-signup>` on the page, else one made for it. Resolves to
 * whether the visitor is signed in; to false when the site prevents `dream-signin-request`.
 */
export async function openSignup(): Promise<boolean> {
  await dream.page.load();
  if (dream.page.view.customer) return true;
  if (!requestSignIn()) return false;
  await import('../signup/signup.ts');
  // A dialog inside something hidden would not show.
  const onPage = [...document.querySelectorAll<SignupElement>('dream-signup')];
  const element = onPage.find((each) => each.hasAttribute('dialog') || each.checkVisibility());
  return (element ?? ownDialog()).openRequested();
}

function ownDialog(): SignupElement {
  const element = document.createElement('dream-signup') as SignupElement & HTMLElement;
  element.setAttribute('dialog', '');
  document.body.append(element);
  return element;
}
