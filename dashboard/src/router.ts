import { hasUnsaved, mayLeave } from './ui/unsaved.ts';

/** Shows the page of a path; resolves when its heading stands, to what waits for the rest of it. */
type Show = (url: URL) => Promise<() => Promise<void>>;

/** Marks a change of the address that the page itself made. */
const NOTED = 'noted';

/** The link that was followed from an entry of the history, by the entry's key. */
const followed = new Map<string, string>();

/**
 * Shows pages as the browser navigates, by links that are links. Scroll comes back with the back
 * button, and focus goes to the link that was followed; a new page is announced by its heading.
 * Without the Navigation API every link loads the page anew, which works as well.
 */
export function startRouter(show: Show): void {
  void show(new URL(location.href));
  if (!('navigation' in window)) return;
  navigation.addEventListener('navigate', (event) => {
    const url = new URL(event.destination.url);
    if (!event.canIntercept || event.hashChange || event.downloadRequest !== null) return;
    if (url.origin !== location.origin) return;
    if (event.info === NOTED) {
      event.intercept({ scroll: 'manual', focusReset: 'manual' });
      return;
    }
    if (hasUnsaved() && event.cancelable && event.navigationType !== 'reload') {
      event.preventDefault();
      void askFirst(event.destination);
      return;
    }
    const isBack = event.navigationType === 'traverse';
    const key = navigation.currentEntry?.key;
    const link = document.activeElement?.closest('a')?.getAttribute('href');
    if (key && link && !isBack) followed.set(key, link);
    const destination = event.destination.key;
    // The same page with another question, like a range: who asked goes on from the same link.
    const asked = url.pathname === location.pathname ? (link ?? undefined) : undefined;
    event.intercept({
      scroll: 'after-transition',
      focusReset: 'manual',
      handler: async () => {
        const settled = await show(url);
        // Where one was can be scrolled to, and the link be found, only when all of it is there again.
        if (isBack) await settled();
        focusPage(isBack ? followed.get(destination) : asked);
      },
    });
  });
}

/** Where to, while it is asked whether what is not saved may be left. */
let wanted: NavigationDestination | null = null;

/** Asks once, however often somebody wants to leave meanwhile; the last place they want is the one. */
async function askFirst(destination: NavigationDestination): Promise<void> {
  const isAsked = wanted !== null;
  wanted = destination;
  if (isAsked) return;
  const leaves = await mayLeave();
  const { key, url } = wanted;
  wanted = null;
  if (!leaves) return;
  if (key) navigation.traverseTo(key);
  else navigation.navigate(url);
}

function focusPage(link: string | undefined): void {
  const main = document.querySelector('main');
  const target = link === undefined ? null : main?.querySelector(`a[href="${CSS.escape(link)}"]`);
  const heading = main?.querySelector<HTMLElement>('h1');
  heading?.setAttribute('tabindex', '-1');
  ((target as HTMLElement | null) ?? heading ?? main)?.focus({ preventScroll: true });
}

/** Puts what the page shows into the address, for whoever comes back, without showing the page anew. */
export function note(path: string): void {
  if ('navigation' in window) navigation.navigate(path, { history: 'replace', info: NOTED });
  else history.replaceState(history.state, '', path);
}

/** Goes to a path, as a link to it would; `replace` leaves no entry behind. */
export function go(path: string, replace = false): void {
  // It is refused where one stays for what is not saved, which is no mistake.
  if ('navigation' in window)
    navigation
      .navigate(path, { history: replace ? 'replace' : 'auto' })
      .committed?.catch(() => undefined);
  else if (replace) location.replace(path);
  else location.assign(path);
}
