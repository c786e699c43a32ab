import { Hono } from 'hono';
import { Html, html, page } from '../core/page.ts';
import type { Instance, Letter } from './entities.ts';
import type { Instances } from './store.ts';

/** A letter with the app it came from, as `/inbox.json` gives it. */
interface InboxLetter {
  id: string;
  instance: string;
  email: string;
  code: string;
  purpose: Letter['purpose'];
  sentAtMs: number;
}

const PURPOSES: Record<Letter['purpose'], string> = {
  sign_up: 'to sign up',
  sign_in: 'to sign in',
  reset_password: 'to reset the password',
};

/**
 * The inbox of every code a real Clerk would have mailed: a page for people (`/inbox`) and JSON
 * for tests (`/inbox.json?email=…`), newest first.
 */
export function inboxApp(instances: Instances): Hono {
  const letters = (email?: string): InboxLetter[] =>
    instances
      .list()
      .flatMap((instance) => lettersOf(instances, instance))
      .filter((letter) => !email || letter.email === email.trim().toLowerCase())
      .toReversed()
      .toSorted((a, b) => b.sentAtMs - a.sentAtMs);

  const app = new Hono();
  app.get('/inbox.json', (c) => {
    c.header('Cache-Control', 'no-store');
    return c.json({ letters: letters(c.req.query('email')) });
  });
  app.get('/inbox', (c) => {
    c.header('Cache-Control', 'no-store');
    return c.html(inboxPage(letters(c.req.query('email'))));
  });
  return app;
}

function lettersOf(instances: Instances, instance: Instance): InboxLetter[] {
  return instances
    .data(instance)
    .letters.list()
    .map(({ id, to, code, purpose, sentAtMs }) => {
      return { id, instance: instance.id, email: to, code, purpose, sentAtMs };
    });
}

function inboxPage(letters: InboxLetter[]): string {
  const empty = html`<li class="empty">
    <p>No codes yet.</p>
    <p>Sign up or sign in with any address, and the code shows up here by itself.</p>
  </li>`;
  const body = html`<main>
      <header>
        <h1>Inbox</h1>
        <p>
          Every code the sandbox would have mailed. Addresses with <code>+clerk_test</code> get no
          mail in test mode: their code is always <code>424242</code>.
        </p>
      </header>
      <ul id="letters" aria-live="polite">
        ${letters.length === 0 ? empty : letters.map(letterItem)}
      </ul>
    </main>
    ${new Html(`<script>${REFRESH}</script>`)}`;
  return page({ title: 'Inbox', body, styles: STYLES });
}

function letterItem({ email, code, purpose, instance, sentAtMs }: InboxLetter): Html {
  const sentAt = new Date(sentAtMs).toISOString();
  return html`<li>
    <output>${code}</output>
    <p><strong>${email}</strong><span>${PURPOSES[purpose]} · ${instance}</span></p>
    <time datetime="${sentAt}">${sentAt.slice(11, 19)} UTC</time>
  </li>`;
}

/** Looks every second for something new and swaps the list, so that nothing flickers. */
const REFRESH = `
setInterval(async () => {
  const answer = await fetch(location.href).catch(() => null);
  if (!answer || !answer.ok) return;
  const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const list = document.getElementById('letters');
  const fresh = next.getElementById('letters');
  if (fresh && list.innerHTML !== fresh.innerHTML) list.replaceChildren(...fresh.children);
}, 1000);
`;

const STYLES = `
main { max-width: 44rem; padding-top: 3rem; }
h1 { margin: 0 0 .25rem; font-size: 1.75rem; letter-spacing: -.02em; }
header p { margin: 0 0 2rem; color: var(--quiet); max-width: 36rem; }
code { font-size: .9em; padding: .1em .35em; border-radius: .3em; background: var(--line); }
ul { list-style: none; margin: 0; padding: 0; display: grid; gap: .6rem; }
li { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem 1.25rem; padding: 1rem 1.25rem;
  border: 1px solid var(--line); border-radius: .8rem; background: var(--paper); }
li:first-child:not(.empty) { border-color: var(--accent); }
output { font: 600 1.6rem/1.2 ui-monospace, monospace; letter-spacing: .12em; user-select: all; }
li p { flex: 1 1 14rem; margin: 0; overflow-wrap: anywhere; }
li strong { display: block; font-weight: 600; }
li span, time { color: var(--quiet); font-size: .875rem; }
.empty { display: block; padding: 2.5rem 1.25rem; text-align: center; }
.empty p + p { color: var(--quiet); }
`;
