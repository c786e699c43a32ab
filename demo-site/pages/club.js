/** What is said to the widgets before their script is there waits in a queue, which it reads. */
window.Dream ??= (...args) => (window.Dream.q ??= []).push(args);

const rest = document.querySelector('#rest');
/** Whose letter is shown, so that it is fetched once a customer and plan. */
let shown = null;

// `<dream-gate>` decides what is seen. The letter itself is not in the page: the server gives it to
// members only, whatever somebody makes of the page.
for (const event of ['ready', 'signin', 'signout', 'plan-change', 'checkout-complete'])
  window.Dream('on', event, () => void load());

async function load() {
  await window.Dream.ready;
  const { customer } = window.Dream;
  const wanted = customer ? `${customer.id} ${customer.plan}` : null;
  if (wanted === shown) return;
  shown = wanted;
  rest.replaceChildren();
  const token = customer && (await window.Dream.getToken());
  if (!token) return;
  rest.setAttribute('aria-busy', 'true');
  try {
    const response = await fetch('/api/letter', { headers: { authorization: `Bearer ${token}` } });
    const { paragraphs, error } = await response.json();
    if (wanted === shown) put(response.ok ? paragraphs : [error]);
  } catch {
    shown = null;
    put(['The letter could not be fetched. Is the network there?']);
  } finally {
    rest.setAttribute('aria-busy', 'false');
  }
}

function put(texts) {
  rest.replaceChildren(
    ...texts.map((text) => Object.assign(document.createElement('p'), { textContent: text })),
  );
}
