import { expect, oneEvent } from '@open-wc/testing';
import { commonWidgetTests, show } from '../../test/common-widget-tests.ts';
import { ada, bootstrap } from '../../test/samples.ts';
import './signup.ts';
import { english } from './signup.strings.ts';

const html = '<dream-signup></dream-signup>';

commonWidgetTests(
  html,
  {
    'signed out': { bootstrap },
    'signed in': { bootstrap, customer: ada },
    'by password only': {
      bootstrap: { ...bootstrap, signIn: { ...bootstrap.signIn, emailCode: false } },
    },
  },
  english,
);
commonWidgetTests(
  '<dream-signup compact></dream-signup>',
  { 'signed out': { bootstrap }, 'signed in': { bootstrap, customer: ada } },
  english,
);

const click = async (element: Awaited<ReturnType<typeof show>>, label: string) => {
  const buttons = [...(element.shadowRoot?.querySelectorAll('button') ?? [])];
  buttons.find((each) => each.textContent?.trim() === label)?.click();
  await element.updateComplete;
};
const field = (element: Element, name: string) =>
  element.shadowRoot?.querySelector<HTMLInputElement>(`input[name=${name}]`);

it('goes to the password with the address kept, and the focus in the form', async () => {
  const element = await show(html, { bootstrap });
  field(element, 'email')!.value = 'ada@example.com';
  await click(element, english.usePassword);
  expect(field(element, 'email')?.value).to.equal('ada@example.com');
  expect(element.shadowRoot?.activeElement === field(element, 'email')).to.equal(true);
});

it('tells password managers and keyboards what each field is', async () => {
  const element = await show(html, { bootstrap });
  expect(field(element, 'email')?.autocomplete).to.equal('email');
  await click(element, english.usePassword);
  expect(field(element, 'email')?.autocomplete).to.equal('username');
  expect(field(element, 'password')?.autocomplete).to.equal('current-password');
});

it('opens a modal dialog by keyboard and gives the focus back when it closes', async () => {
  const element = await show('<dream-signup compact></dream-signup>', { bootstrap });
  const trigger = element.shadowRoot?.querySelector('button');
  trigger?.focus();
  trigger?.click();
  await element.updateComplete;
  const dialog = element.shadowRoot?.querySelector('dialog');
  await new Promise((resolve) => requestAnimationFrame(resolve));
  expect(dialog?.matches(':modal')).to.equal(true);
  dialog?.close();
  expect(element.shadowRoot?.activeElement === trigger).to.equal(true);
});

it('closes once somebody is signed in, also when it was closed and opened again in one go', async () => {
  const element = await show('<dream-signup compact></dream-signup>', { bootstrap });
  const open = async () => {
    element.shadowRoot?.querySelector<HTMLButtonElement>('.chip')?.click();
    while (!element.shadowRoot?.querySelector('dialog[open]')) await element.updateComplete;
  };
  await open();
  const dialog = element.shadowRoot!.querySelector('dialog')!;
  const closed = oneEvent(dialog, 'close');
  dialog.close();
  await open();
  await closed;
  element.config = { bootstrap, customer: ada };
  await element.updateComplete;
  expect(dialog.open).to.equal(false);
});

it('offers no password where the project has none', async () => {
  const element = await show(html, {
    bootstrap: { ...bootstrap, signIn: { ...bootstrap.signIn, password: false } },
  });
  expect(element.shadowRoot?.textContent).not.to.contain(english.usePassword);
});

it('tells what is wrong with a field below it, before anything is sent', async () => {
  const element = await show(html, { bootstrap });
  const input = field(element, 'email')!;
  for (const [typed, told] of [
    ['', english.errorRequired],
    ['ada at example', english.errorEmail],
  ] as const) {
    input.value = typed;
    input.form?.requestSubmit();
    await element.updateComplete;
    expect(input.getAttribute('aria-invalid')).to.equal('true');
    const described = input.getAttribute('aria-describedby')?.split(' ')[0] ?? '';
    const fault = element.shadowRoot?.getElementById(described);
    expect([fault?.getAttribute('role'), fault?.textContent?.trim()]).to.deep.equal([
      'alert',
      told,
    ]);
    expect(element.shadowRoot?.activeElement === input).to.equal(true);
  }
});

it('offers the providers of the project, by their names', async () => {
  const element = await show(html, { bootstrap });
  const labels = [...(element.shadowRoot?.querySelectorAll('[part=provider]') ?? [])];
  expect(labels.map((each) => each.textContent?.trim())).to.deep.equal([
    'Continue with Google',
    'Continue with GitHub',
  ]);
});
