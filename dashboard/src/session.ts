import type { Customer } from '@dream/contract';

/** The part of the widgets' global that the dashboard uses, as any site would. */
interface Widgets {
  readonly ready: Promise<void>;
  readonly customer: Customer | null;
  getToken(): Promise<string | null>;
  open(what: 'signup'): Promise<boolean>;
  signOut(): Promise<void>;
}

declare global {
  interface Window {
    Dream?: Widgets;
  }
}

const widgets = (): Widgets => {
  if (!window.Dream) throw new Error('The widgets are not there yet');
  return window.Dream;
};

/**
 * Loads the widgets from the edge and resolves, once it is known, to who is signed in. Throws when
 * the edge cannot be reached; then it may be called again.
 */
export async function startSession(edge: string, attempt: number): Promise<Customer | null> {
  // A module that failed to load is remembered as such by its URL.
  const again = attempt === 0 ? '' : `?attempt=${attempt}`;
  await import(/* @vite-ignore */ `${edge}/v1/dream.js${again}`);
  await widgets().ready;
  return widgets().customer;
}

/** Who is signed in now. */
export const signedIn = (): Customer | null => window.Dream?.customer ?? null;

/** An access token good for over a minute; null when nobody is signed in. */
export const sessionToken = (): Promise<string | null> => widgets().getToken();

/** Ends the session on this device. */
export const signOut = (): Promise<void> => widgets().signOut();

/** Calls back whenever somebody signed in or out. */
export function onSessionChange(changed: () => void): void {
  for (const event of ['dream-signin', 'dream-signout']) document.addEventListener(event, changed);
}
