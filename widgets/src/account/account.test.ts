import { expect } from '@open-wc/testing';
import { commonWidgetTests, show } from '../../test/common-widget-tests.ts';
import { ada, bootstrap, subscriber } from '../../test/samples.ts';
import './account.ts';
import { english } from './account.strings.ts';

const html = '<dream-account></dream-account>';
const paying = { ...subscriber, hasPassword: true, firstName: 'Ada' };

commonWidgetTests(
  html,
  {
    'signed out': { bootstrap },
    'signed in': { bootstrap, customer: ada },
    'signed in and paying': { bootstrap, customer: paying },
  },
  english,
);

type Shown = Awaited<ReturnType<typeof show>>;
const click = async (element: Shown, label: string) => {
  const buttons = [...(element.shadowRoot?.querySelectorAll('button') ?? [])];
  buttons.find((each) => nameOf(each) === label)?.click();
  await element.updateComplete;
};
const nameOf = (each: Element | null | undefined) =>
  each?.getAttribute('aria-label') ?? each?.textContent?.trim();
const field = (element: Element, name: string) =>
  element.shadowRoot?.querySelector<HTMLInputElement>(`input[name=${name}]`);

const faults = async () => {
  const { violations } = await window.axe.run(document.querySelector('main') as Element);
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
};

for (const [step, label] of Object.entries({
  'the name': english.changeName,
  'the e-mail': english.changeEmail,
  'the password': english.changePassword,
  'the linked accounts': english.showProviders,
  'the devices': english.showDevices,
  'the deletion': english.delete,
})) {
  for (const scheme of ['light', 'dark'] as const)
    it(`is accessible at ${step}, ${scheme}, and comes back to where it began`, async () => {
      const element = await show(html, { bootstrap, customer: paying }, scheme);
      await click(element, label);
      expect(await faults()).to.deep.equal([]);
      const active = element.shadowRoot?.activeElement;
      expect(active?.matches('input, h3'), active?.outerHTML).to.equal(true);
      await click(element, step === 'the deletion' ? english.cancel : english.back);
      expect(element.shadowRoot?.textContent).to.contain(english.signOut);
      expect(nameOf(element.shadowRoot?.activeElement)).to.equal(label);
    });
}

it('tells password managers what each field is', async () => {
  const element = await show(html, { bootstrap, customer: ada });
  await click(element, english.setPassword);
  expect(field(element, 'password')?.autocomplete).to.equal('new-password');
  const { username } = Object.fromEntries(
    [...(field(element, 'password')?.form?.elements ?? [])].map((each) => [
      (each as HTMLInputElement).autocomplete,
      (each as HTMLInputElement).value,
    ]),
  );
  expect(username, 'in the same form').to.equal(ada.email);
  await click(element, english.back);
  await click(element, english.changeName);
  expect(field(element, 'firstName')?.autocomplete).to.equal('given-name');
});

it('takes a name that is empty, and no password that is short', async () => {
  const element = await show(html, { bootstrap, customer: paying });
  await click(element, english.changeName);
  for (const name of ['firstName', 'lastName']) field(element, name)!.value = '';
  field(element, 'lastName')?.form?.requestSubmit();
  await element.updateComplete;
  expect(element.shadowRoot?.querySelector('[aria-invalid=true]')).to.equal(null);
  await click(element, english.back);
  await click(element, english.changePassword);
  field(element, 'password')!.value = 'short';
  field(element, 'password')?.form?.requestSubmit();
  await element.updateComplete;
  expect(element.shadowRoot?.textContent).to.contain(english.errorShort);
});

it('offers no password where the project has none', async () => {
  const signIn = { ...bootstrap.signIn, password: false };
  const element = await show(html, { bootstrap: { ...bootstrap, signIn }, customer: ada });
  expect(element.shadowRoot?.textContent).not.to.contain(english.password);
});
