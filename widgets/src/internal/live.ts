import type { LiveMessage, Session } from '@dream/contract';
import type { Page } from './page.ts';

/** Where a socket goes and what it says first; null when nobody is signed in. */
interface Line {
  address(): Promise<{ url: string; token: string } | null>;
  told(message: LiveMessage): void;
  /** The line was cut and is back: what was said meanwhile was missed. */
  reconnected(): void;
  /** The edge does not take the token: the session may have ended while the line was down. */
  refused(): void;
}

/** The code the edge closes a socket with that has no session. */
const REFUSED = 4401;

/**
 * The edge may tell of a session's end sooner than the storage tells of the one another tab put in its
 * place, which must not end with it.
 */
const SEEN_WITHIN_MS = 500;

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

/** The line of a page: what it is told, it takes up. */
export function lineOf(page: Page): Line {
  let said = '';
  return {
    address: async () => {
      const token = await page.token();
      if (token === null) return null;
      said = token;
      return { url: page.liveUrl(token), token };
    },
    reconnected: page.look,
    refused: page.look,
    told: (message) => {
      if (message.type === 'usage') page.tellUsage(message.usage);
      if (message.type === 'plan' && message.plan !== page.view.customer?.plan) page.look();
      if (message.type === 'customer') void learn(page);
      if (message.type === 'signed_out') {
        const token = said;
        setTimeout(() => page.over(token), SEEN_WITHIN_MS);
      }
    },
  };
}

/** What changed of the customer besides the plan: the access token stays right. */
async function learn(page: Page): Promise<void> {
  try {
    const me = await page.authed((token) =>
      page.api.get<Pick<Session, 'customer' | 'usage'>>('me', token),
    );
    if (me.customer.id === page.view.customer?.id) page.welcome(me);
  } catch (error) {
    page.fail(error);
  }
}

/**
 * Keeps a socket to the edge open until the returned function is called, or the session ends. It
 * comes back by itself, ever more slowly, and at once when the page is seen or online again.
 */
export function listen(line: Line): () => void {
  let socket: WebSocket | null = null;
  let isOpening = false;
  let isClosed = false;
  let wasReady = false;
  let waitMs = FIRST_WAIT_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const again = () => {
    if (isClosed) return;
    timer = setTimeout(() => void open(), waitMs * (0.5 + Math.random() / 2));
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
  };
  const open = async () => {
    if (isOpening || socket) return;
    clearTimeout(timer);
    isOpening = true;
    const to = await line.address().catch(() => undefined);
    isOpening = false;
    if (to === undefined) return again();
    if (to === null || isClosed) return;
    const opened = new WebSocket(to.url);
    socket = opened;
    opened.addEventListener('open', () =>
      opened.send(JSON.stringify({ type: 'auth', accessToken: to.token })),
    );
    opened.addEventListener('message', ({ data }) => {
      const message = JSON.parse(String(data)) as LiveMessage;
      if (isClosed) return;
      if (message.type !== 'ready') return line.told(message);
      waitMs = FIRST_WAIT_MS;
      if (wasReady) line.reconnected();
      wasReady = true;
    });
    opened.addEventListener('close', ({ code }) => {
      socket = null;
      if (code === REFUSED && !isClosed) line.refused();
      again();
    });
  };
  const wake = () => {
    if (isClosed || document.hidden) return;
    waitMs = FIRST_WAIT_MS;
    void open();
  };
  addEventListener('online', wake);
  document.addEventListener('visibilitychange', wake);
  void open();

  return () => {
    isClosed = true;
    clearTimeout(timer);
    removeEventListener('online', wake);
    document.removeEventListener('visibilitychange', wake);
    socket?.close();
  };
}
