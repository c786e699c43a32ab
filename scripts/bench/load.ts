import { connect, type Socket } from 'node:net';

/** What a server was asked in a round, and how it answered. */
export interface Load {
  seconds: number;
  calls: number;
  failures: number;
}

/**
 * Asks a server over `connections` kept open, each with one request under way, for some seconds.
 * `request` is the text of the n-th request. A client as thin as this leaves the cores to the server.
 */
export async function load(
  url: string,
  connections: number,
  seconds: number,
  request: (n: number) => string,
): Promise<Load> {
  const { hostname, port } = new URL(url);
  const result = { calls: 0, failures: 0 };
  const startMs = performance.now();
  const endMs = startMs + seconds * 1000;
  let sent = 0;
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const socket: Socket = connect({ host: hostname, port: Number(port), noDelay: true });
      const next = () => socket.write(request(sent++));
      let heard = '';
      socket.setEncoding('latin1');
      socket.on('connect', next);
      socket.on('error', reject);
      socket.on('close', () => resolve());
      socket.on('data', (text: string) => {
        heard += text;
        if (!isWhole(heard)) return;
        if (heard.startsWith('HTTP/1.1 200')) result.calls += 1;
        else result.failures += 1;
        heard = '';
        if (performance.now() < endMs) next();
        else socket.end();
      });
    });
  await Promise.all(Array.from({ length: connections }, one));
  return { ...result, seconds: (performance.now() - startMs) / 1000 };
}

/** Whether an answer has come to its end. */
function isWhole(answer: string): boolean {
  const head = answer.indexOf('\r\n\r\n');
  if (head < 0) return false;
  const length = /\r\ncontent-length: *(\d+)/i.exec(answer.slice(0, head))?.[1];
  return length === undefined
    ? answer.endsWith('\r\n0\r\n\r\n')
    : answer.length >= head + 4 + Number(length);
}

/** A request as text. */
export function requestText(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body = '',
): string {
  const lines = Object.entries({
    host: 'bench',
    ...headers,
    'content-length': String(body.length),
  });
  return `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
}
