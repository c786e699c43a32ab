/** What `<dream-signup>` offers other elements; its code is loaded when it is first wanted. */
interface SignupElement extends HTMLElement {
  open(): Promise<boolean>;
}

/**
 * Opens the sign-in dialog: of the `<dream-signup>` on the page, else one made for it. Resolves to
 * whether the visitor is signed in.
 */
export async function openSignup(): Promise<boolean> {
  await import('../signup/signup.ts');
  // A dialog inside something hidden would not show.
  const onPage = [...document.querySelectorAll<SignupElement>('dream-signup')];
  const element = onPage.find((each) => each.hasAttribute('dialog') || each.checkVisibility());
  return (element ?? ownDialog()).open();
}

function ownDialog(): SignupElement {
  const element = document.createElement('dream-signup') as SignupElement & HTMLElement;
  element.setAttribute('dialog', '');
  document.body.append(element);
  return element;
}
