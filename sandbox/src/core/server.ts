import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';

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
    const server = serve({ fetch: app.fetch, port, hostname: host }, (address: AddressInfo) =>
      resolve({ url: `http://${host}:${address.port}`, port: address.port, close }),
    ) as Server;
    server.once('error', reject);
    const close = () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      });
  });
}
