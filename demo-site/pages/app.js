/** What is said to the widgets before their script is there waits in a queue, which it reads. */
window.Dream ??= (...args) => (window.Dream.q ??= []).push(args);

const desk = document.querySelector('#desk');
const button = document.querySelector('#write');
const sheet = document.querySelector('#sheet');
const plans = document.querySelector('#plans');

/** How long a click waits for the script of the widgets. */
const PATIENCE_MS = 5_000;

/** A poem somebody wants: its key stays the same until the poem is there, so it is counted once. */
let wanted = null;
let busy = false;
/** The plan was used up, before this poem or by it. */
let lastOne = false;

window.Dream('on', 'signout', () => {
  wanted = null;
});
window.Dream('on', 'limit-reached', () => {
  lastOne = true;
  if (!busy) markLastOne();
});

desk.addEventListener('submit', (event) => {
  event.preventDefault();
  void write();
});

async function write() {
  if (busy) return;
  const theme = new FormData(desk).get('theme');
  if (wanted?.theme !== theme) wanted = { theme, key: crypto.randomUUID() };
  lastOne = false;
  setBusy(true);
  try {
    await answer(wanted);
  } catch {
    showTrouble('We could not reach Versa. Is the network there?');
  } finally {
    setBusy(false);
  }
}

async function answer(intention) {
  const token = await tokenOrSignIn();
  if (!token) return;
  let response = await ask(intention, token);
  if (response.status === 401 && (await window.Dream.open('signup'))) {
    const fresh = await window.Dream.getToken();
    if (fresh) response = await ask(intention, fresh);
  }
  const { poem, error } = await response.json();
  if (response.ok) {
    wanted = null;
    showPoem(poem);
  } else if (response.status === 403) showLimit(error);
  else showTrouble(error);
}

/** The old poem fades only now: while a visitor signs in, it can still be read. */
function ask({ theme, key }, token) {
  sheet.setAttribute('aria-busy', 'true');
  return fetch('/api/poems', {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: JSON.stringify({ theme }),
  });
}

/** Null when the reader closed the dialog, or when there is none to open. */
async function tokenOrSignIn() {
  if (!(await widgetsAreThere())) {
    showTrouble('The sign-in could not be loaded. Please try again in a moment.');
    return null;
  }
  const token = await window.Dream.getToken();
  if (token) return token;
  return (await window.Dream.open('signup')) ? window.Dream.getToken() : null;
}

async function widgetsAreThere() {
  if (!window.Dream.ready) {
    const script = document.querySelector('script[data-dream-key]');
    await new Promise((resolve) => {
      for (const event of ['load', 'error']) script.addEventListener(event, resolve);
      setTimeout(resolve, PATIENCE_MS);
    });
  }
  if (!window.Dream.ready) return false;
  await window.Dream.ready;
  return true;
}

function setBusy(now) {
  busy = now;
  button.setAttribute('aria-disabled', String(now));
  button.textContent = now ? 'Writing…' : 'Write a poem';
  if (!now) sheet.setAttribute('aria-busy', 'false');
}

function showPoem({ title, lines }) {
  put('poem fresh', [element('h2', title), ...lines.map((line) => element('p', line))]);
  if (lastOne) markLastOne();
}

/** Says so below the poem, which stays. */
function markLastOne() {
  const poem = sheet.querySelector('.poem');
  if (!poem || poem.querySelector('.last')) return;
  const last = element('p', 'Your plan holds no more poems for now. ');
  last.className = 'last';
  const link = element('a', 'See the plans');
  link.href = '#plans';
  last.append(link);
  poem.append(last);
}

function showLimit(text) {
  const toPlans = element('button', 'See the plans');
  toPlans.type = 'button';
  toPlans.addEventListener('click', () => {
    plans.scrollIntoView();
    plans.focus({ preventScroll: true });
  });
  put('note fresh', [
    element('p', text),
    element('p', 'A larger plan has room for more.'),
    toPlans,
  ]);
}

function showTrouble(text) {
  const again = element('button', 'Try again');
  again.type = 'button';
  again.addEventListener('click', () => void write());
  put('note fresh', [element('p', text), again]);
}

function put(className, children) {
  const content = document.createElement('div');
  content.className = className;
  content.append(...children);
  sheet.replaceChildren(content);
  // On a phone the sheet lies below the button.
  sheet.scrollIntoView({ block: 'nearest' });
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
