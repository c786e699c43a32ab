const SHOWN_MS = 3_500;

/** Says in passing that something is done; read out, too. */
export function toast(words: string): void {
  const note = document.createElement('p');
  note.className = 'toast';
  note.textContent = words;
  region().append(note);
  setTimeout(() => note.remove(), SHOWN_MS);
}

function region(): HTMLElement {
  const known = document.querySelector<HTMLElement>('.toasts');
  if (known) return known;
  const made = document.createElement('div');
  made.className = 'toasts';
  made.setAttribute('role', 'status');
  document.body.append(made);
  return made;
}
