import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import type * as Ws from 'ws';

// By Node's own rules also where a bundler for Workers runs us, which would take ws for browsers.
const { WebSocketServer } = createRequire(import.meta.url)('ws') as typeof Ws;

/** A listening app. `close` also ends the connections that are kept alive. */
export interface Listening {
  url: string;
  port: number;
  close(): Promise<void>;
}

/** Serves an app on a port; 0 takes a free one. Rejects when the port is taken. */
export function listen(
  // biome-ignore lint/suspicious/noExplicitAny: apps differ in what they expect of the server
  app: { fetch: (request: Request, ...rest: any[]) => Response | Promise<Response> },
  port: number,
  host = '127.0.0.1',
): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const sockets = new WebSocketServer({ noServer: true });
    const server = serve(
      { fetch: app.fetch, port, hostname: host, websocket: { server: sockets } },
      (address: AddressInfo) =>
        resolve({ url: `http://${host}:${address.port}`, port: address.port, close }),
    ) as Server;
    server.once('error', reject);
    const close = () =>
      new Promise<void>((done) => {
        for (const socket of sockets.clients) socket.terminate();
        server.close(() => done());
        server.closeAllConnections();
      });
  });
}
