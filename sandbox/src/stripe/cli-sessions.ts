import { createHash } from 'node:crypto';
import { upgradeWebSocket } from '@hono/node-server';
import { Hono } from 'hono';
import type { WSContext } from 'hono/ws';
import { API_VERSION, signature } from './events.ts';
import { text } from './form.ts';
import type { Resource } from './resource.ts';
import { type Entity, newId, PLATFORM, type Scope } from './scope.ts';

/** One `stripe listen`: whose events it hears, and the socket, once it is open. */
interface Session {
  account: string;
  livemode: boolean;
  secret: string;
  socket: WSContext | null;
}

const FEATURE = 'webhook-payloads';
const PATH = '/v1/stripecli/subscribe';

/** The secret of an account's listeners is always the same, as `--print-secret` promises. */
const secretOf = ({ account, livemode }: Scope) =>
  `whsec_${createHash('sha256').update(`cli:${account}:${livemode}`).digest('hex')}`;

/**
 * The sessions of the Stripe CLI: `stripe listen` opens one, connects a WebSocket, and is told of
 * what happens in its account and the accounts connected to it.
 */
export function createCliSessions(baseUrl: () => string) {
  const sessions = new Map<string, Session>();

  const resource: Resource = {
    'POST /v1/stripecli/sessions': (scope, params) => {
      const id = newId('cliws');
      const secret = secretOf(scope);
      sessions.set(id, {
        account: scope.account,
        livemode: scope.livemode,
        secret,
        socket: null,
      });
      return {
        object: 'stripecli.session',
        default_version: API_VERSION,
        device_name: text(params, 'device_name') ?? null,
        display_connect_filter_warning: false,
        latest_version: API_VERSION,
        reconnect_delay: 60,
        secret,
        websocket_authorized_feature: FEATURE,
        websocket_id: id,
        websocket_url: `${baseUrl().replace(/^http/, 'ws')}${PATH}`,
      };
    },
  };

  const app = new Hono();
  app.get(PATH, async (c, next) => {
    const session = sessions.get(c.req.header('websocket-id') ?? '');
    if (!session) return c.json({ error: { message: 'Unknown WebSocket ID.' } }, 400);
    const upgrade = upgradeWebSocket(() => ({
      onOpen: (_event, socket) => {
        session.socket = socket;
      },
      onClose: (_event, socket) => {
        if (session.socket === socket) session.socket = null;
      },
    }));
    return (await upgrade(c, next)) ?? c.body(null, 426);
  });

  const hears = (session: Session, scope: Scope) =>
    session.livemode === scope.livemode &&
    (session.account === scope.account || (!scope.isPlatform && session.account === PLATFORM));

  return {
    app,
    resource,
    /** Tells every listener of an event that may hear of it. */
    tell(scope: Scope, event: Entity): void {
      for (const session of sessions.values()) {
        if (session.socket && hears(session, scope)) session.socket.send(message(session, event));
      }
    },
    /** Ends every session. */
    close(): void {
      for (const { socket } of sessions.values()) socket?.close();
      sessions.clear();
    },
  };
}

function message({ secret, livemode }: Session, event: Entity): string {
  const body = JSON.stringify(event);
  return JSON.stringify({
    type: 'webhook_event',
    endpoint: { api_version: null },
    event_payload: body,
    http_headers: {
      Accept: '*/*; q=0.5, application/xml',
      'Cache-Control': 'no-cache',
      'Content-Type': 'application/json; charset=utf-8',
      'Stripe-Signature': signature({ secret, livemode }, body, Math.floor(Date.now() / 1000)),
      'User-Agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
    },
    webhook_conversation_id: newId('wc'),
    webhook_id: newId('we'),
  });
}
