import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { test as base } from '@playwright/test';

let visitors = 0;

/**
 * A test whose pages have a network address of their own, as visitors do: the edge counts attempts
 * by address, and all tests together would be one busy visitor.
 */
export const test = base.extend({
  // A header set by the page's own calls would bring a preflight that real visitors have not.
  // oxlint-disable-next-line no-empty-pattern
  proxy: async ({}, use, { workerIndex }) => {
    const proxy = await newAddress(workerIndex);
    await use({ server: proxy.server });
    proxy.stop();
  },
});

/** A way to the edge from an address that nobody else has; `stop` ends it. */
export async function newAddress(
  workerIndex: number,
): Promise<{ server: string; stop: () => void }> {
  const address = `198.18.${workerIndex % 256}.${(visitors += 1)}`;
  const proxy = createServer((asked, answer) => {
    const { method, headers } = asked;
    const upstream = request(
      asked.url ?? '',
      { method, headers: { ...headers, 'cf-connecting-ip': address } },
      (from) => {
        answer.writeHead(from.statusCode ?? 502, from.rawHeaders);
        from.pipe(answer);
      },
    );
    upstream.on('error', () => answer.destroy());
    answer.on('close', () => upstream.destroy());
    asked.pipe(upstream);
  });
  // Chromium reaches sockets by a tunnel.
  proxy.on('connect', ({ url }, socket) => {
    const { hostname, port } = new URL(`tunnel://${url}`);
    const upstream = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(upstream).pipe(socket);
    });
    for (const end of [socket, upstream])
      end.on('error', () => (socket.destroy(), upstream.destroy()));
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    server: `127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    stop: () => {
      proxy.closeAllConnections();
      proxy.close();
    },
  };
}
