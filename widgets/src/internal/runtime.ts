import { Api, DreamError } from './api.ts';
import { Page } from './page.ts';

/** What all copies of this file on a page share, so that a script included twice does no harm. */
interface Runtime {
  readonly page: Page;
  /** The page's state if some element or the script already asked for it. */
  readonly started: Page | null;
}

const NAME = Symbol.for('dream');
const shared = globalThis as typeof globalThis & { [NAME]?: Runtime };

/** The publishable key: of the script tag, a `<meta name="dream-key">`, or an element. */
function publishableKey(): string {
  const key =
    document.querySelector<HTMLElement>('script[data-dream-key]')?.dataset.dreamKey ??
    document.querySelector<HTMLMetaElement>('meta[name="dream-key"]')?.content ??
    document.querySelector('[publishable-key]')?.getAttribute('publishable-key');
  const problem = faultOf(key?.trim());
  if (problem) throw new DreamError(0, { code: 'publishable_key_missing', message: problem });
  return key?.trim() ?? '';
}

function faultOf(key: string | undefined): string | null {
  if (!key) return 'dream needs your publishable key: data-dream-key="pk_…" on its script tag.';
  if (key.startsWith('sk_'))
    return 'A secret key (sk_…) is on this page: revoke it now, and use the pk_….';
  return key.startsWith('pk_') ? null : `"${key}" is no publishable key (pk_…).`;
}

/** Where the API is: said by the script tag, else where this file came from. */
function apiBase(): string {
  const said = document.querySelector<HTMLElement>('script[data-dream-api]')?.dataset.dreamApi;
  return (said ?? new URL(import.meta.url).origin).replace(/\/+$/, '');
}

function create(): Runtime {
  let page: Page | null = null;
  return {
    get page() {
      page ??= new Page(new Api(apiBase(), publishableKey()));
      return page;
    },
    get started() {
      return page;
    },
  };
}

/** The runtime of this page. */
export const dream: Runtime = (shared[NAME] ??= create());
