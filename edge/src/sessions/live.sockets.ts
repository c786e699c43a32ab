import type { LiveMessage, Usage } from '@dream/contract';
import { type Bindings, parseConfig } from '../env.ts';
import { toStatus } from '../usage/status.ts';
import type { Told } from '../usage/told.ts';
import { verifyAccessToken } from './access-token.ts';

/** The header by which the Worker tells a shard which publishable key opened the socket. */
export const SOCKET_KEY_HEADER = 'x-dream-socket-key';

/** Who a socket is: nobody yet, until its first message. */
interface Attachment {
  publishableKey: string;
  openedAtMs: number;
  customerId: string | null;
  sessionId: string | null;
}

/** How long a socket may stay without saying who it is. */
export const ANONYMOUS_MS = 10_000;
/** How many such sockets a shard bears. */
const MOST_ANONYMOUS = 500;

/** The open pages of a shard's customers. Sockets hibernate: an idle one costs nothing. */
export class LiveSockets {
  readonly #ctx: DurableObjectState;
  readonly #env: Bindings;
  readonly #usageOf: (customerId: string, nowMs: number) => Promise<Usage | null>;

  /** `usageOf` answers with a customer's usage of the default feature, as far as the shard knows it. */
  constructor(
    ctx: DurableObjectState,
    env: Bindings,
    usageOf: (customerId: string, nowMs: number) => Promise<Usage | null>,
  ) {
    this.#ctx = ctx;
    this.#env = env;
    this.#usageOf = usageOf;
  }

  /** Takes a socket, or answers 503. Those that never said who they are make room. */
  accept(request: Request, nowMs: number): Response {
    let anonymousSockets = 0;
    for (const socket of this.#ctx.getWebSockets()) {
      const is = attached(socket);
      if (is?.customerId !== null) continue;
      // One that is being closed stays listed until its page agrees: it no longer counts.
      if (nowMs - is.openedAtMs > ANONYMOUS_MS) socket.close(4401, 'Sign-in required');
      else anonymousSockets += 1;
    }
    if (anonymousSockets >= MOST_ANONYMOUS) return new Response(null, { status: 503 });
    const [client, server] = Object.values(new WebSocketPair()) as [WebSocket, WebSocket];
    this.#ctx.acceptWebSocket(server);
    const publishableKey = request.headers.get(SOCKET_KEY_HEADER) ?? '';
    server.serializeAttachment({
      publishableKey,
      openedAtMs: nowMs,
      customerId: null,
      sessionId: null,
    } satisfies Attachment);
    return new Response(null, { status: 101, webSocket: client });
  }

  /** The first message says who it is; every other is a mistake and closes the socket. */
  async message(socket: WebSocket, data: string | ArrayBuffer, nowMs: number): Promise<void> {
    const is = attached(socket);
    const token = tokenIn(data);
    if (!is || is.customerId !== null || token === null)
      return socket.close(4400, 'Not understood');
    try {
      const claims = await verifyAccessToken(parseConfig(this.#env), token, nowMs);
      if (
        claims.publishableKey !== is.publishableKey ||
        !this.#isAlive(claims.sessionId, claims.customerId, nowMs)
      ) {
        return socket.close(4401, 'Sign-in required');
      }
      socket.serializeAttachment({
        ...is,
        customerId: claims.customerId,
        sessionId: claims.sessionId,
      } satisfies Attachment);
      say(socket, { type: 'ready' });
      // What was counted between the page's first data and this moment was told to nobody.
      const usage = await this.#usageOf(claims.customerId, nowMs);
      if (usage) say(socket, { type: 'usage', usage: toStatus(claims.customerId, usage) });
    } catch {
      socket.close(4401, 'Sign-in required');
    }
  }

  /** Tells a customer's open pages what changed. */
  tell(customerId: string, told: Told): void {
    for (const socket of this.#ctx.getWebSockets()) {
      const is = attached(socket);
      if (is?.customerId !== customerId) continue;
      if ('usage' in told) say(socket, { type: 'usage', usage: toStatus(customerId, told.usage) });
      else if ('plan' in told) say(socket, { type: 'plan', plan: told.plan });
      else if ('changed' in told) say(socket, { type: 'customer' });
      else if (told.signedOut === null || is.sessionId === told.signedOut) {
        say(socket, { type: 'signed_out' });
        socket.close(4401, 'Signed out');
      }
    }
  }

  /** Closes every page's socket: the project is gone. */
  closeAll(): void {
    for (const socket of this.#ctx.getWebSockets()) socket.close(4401, 'Project deleted');
  }

  #isAlive(sessionId: string, customerId: string, nowMs: number): boolean {
    return (
      this.#ctx.storage.sql
        .exec(
          'SELECT 1 FROM session WHERE id = ? AND customer_id = ? AND ended_ms IS NULL AND expires_ms > ?',
          sessionId,
          customerId,
          nowMs,
        )
        .toArray().length > 0
    );
  }
}

const attached = (socket: WebSocket): Attachment | null =>
  socket.deserializeAttachment() as Attachment | null;

function say(socket: WebSocket, message: LiveMessage): void {
  socket.send(JSON.stringify(message));
}

function tokenIn(data: string | ArrayBuffer): string | null {
  if (typeof data !== 'string' || data.length > 5_000) return null;
  try {
    const message = JSON.parse(data) as { type?: unknown; accessToken?: unknown };
    return message.type === 'auth' && typeof message.accessToken === 'string'
      ? message.accessToken
      : null;
  } catch {
    return null;
  }
}
