/** The Worker's isolate, asked by the protocol of Chrome's developer tools. */
export interface Inspector {
  ask(method: string, params?: object): Promise<unknown>;
  close(): void;
}

/** Reaches into the Worker of an edge that was started to be inspected. */
export async function inspectWorker(inspectorUrl: string): Promise<Inspector> {
  const list = await fetch(`${inspectorUrl.replace(/^ws/, 'http')}/json`);
  const targets = (await list.json()) as { webSocketDebuggerUrl: string }[];
  const address = targets.find(({ webSocketDebuggerUrl: url }) => url.endsWith('dream-edge'));
  if (!address) throw new Error('The Worker cannot be inspected');
  const socket = new WebSocket(address.webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', reject);
  });
  let sent = 0;
  return {
    ask(method, params = {}) {
      const id = ++sent;
      return new Promise((resolve) => {
        socket.addEventListener('message', function heard({ data }) {
          const answer = JSON.parse(String(data)) as { id?: number; result?: unknown };
          if (answer.id !== id) return;
          socket.removeEventListener('message', heard);
          resolve(answer.result);
        });
        socket.send(JSON.stringify({ id, method, params }));
      });
    },
    close: () => socket.close(),
  };
}
