import type { Browser } from '@playwright/test';

/** The line of the gate: a slow telephone line, and a telephone a quarter as fast as this machine. */
const BYTES_A_SECOND = (1.6 * 1024 * 1024) / 8;
const LATENCY_MS = 150;
const CPU_SLOWDOWN = 4;

/** When a page showed what was waited for, from the beginning of the navigation, and what it took. */
export interface Sight {
  visibleMs: number;
  requests: number;
  bytes: number;
  /** Each request until then: what, from when to when. */
  chain: string[];
}

/** Opens a page with nothing cached, over the line of the gate, and waits for the first price painted. */
export async function firstPrice(browser: Browser, url: string): Promise<Sight> {
  const context = await browser.newContext({ viewport: { width: 412, height: 915 } });
  const page = await context.newPage();
  const line = await context.newCDPSession(page);
  await line.send('Network.enable');
  await line.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: LATENCY_MS,
    downloadThroughput: BYTES_A_SECOND,
    uploadThroughput: BYTES_A_SECOND,
  });
  await line.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });
  const urls = new Map<string, string>();
  const bytes = new Map<string, number>();
  line.on('Network.requestWillBeSent', ({ requestId, request }) =>
    urls.set(requestId, request.url),
  );
  line.on('Network.loadingFinished', ({ requestId, encodedDataLength }) =>
    bytes.set(urls.get(requestId) ?? '', encodedDataLength),
  );
  // Whoever waits inside the page, by frames or by Playwright's own script, takes time from it.
  await line.send('Runtime.enable');
  await line.send('Runtime.addBinding', { name: 'tellSeen' });
  const seen = new Promise<number>((resolve) => {
    line.on('Runtime.bindingCalled', ({ payload }) => resolve(Number(payload)));
  });
  await page.addInitScript(watch);
  await page.goto(url, { waitUntil: 'commit' });
  const visibleMs = await seen;
  await page.waitForLoadState('networkidle');
  const entries = await page.evaluate(() =>
    [
      ...performance.getEntriesByType('navigation'),
      ...performance.getEntriesByType('resource'),
    ].map(({ name, startTime, duration }) => ({ name, startTime, endTime: startTime + duration })),
  );
  await context.close();
  const before = entries.filter(({ name, endTime }) => name !== url && endTime <= visibleMs);
  const own = bytes.get(url) ?? 0;
  return {
    visibleMs,
    requests: before.length,
    bytes: before.reduce((sum, { name }) => sum + (bytes.get(name) ?? 0), own),
    chain: before.map(
      ({ name, startTime, endTime }) =>
        `${new URL(name).pathname} ${startTime.toFixed(0)}-${endTime.toFixed(0)} ms, ${bytes.get(name) ?? 0} bytes`,
    ),
  };
}

/** Runs in the page: tells of the first price once it is painted, and does nothing between changes. */
function watch(): void {
  const page = globalThis as unknown as { tellSeen(payload: string): void };
  const roots: ParentNode[] = [];
  let isSeen = false;
  const look = () => {
    if (isSeen || !roots.some((root) => root.querySelector('.price'))) return;
    isSeen = true;
    // The next frame begins when this one is painted.
    const tell = () => page.tellSeen(String(Math.round(performance.now())));
    requestAnimationFrame(() => requestAnimationFrame(tell));
  };
  const watched = (root: Document | ShadowRoot) => {
    roots.push(root);
    new MutationObserver(look).observe(root, { childList: true, subtree: true });
    look();
  };
  watched(document);
  const watchOnceDefined = async (name: string) => {
    await customElements.whenDefined(name);
    for (const { shadowRoot } of document.querySelectorAll(name))
      if (shadowRoot) watched(shadowRoot);
  };
  void watchOnceDefined('dream-cart');
  void watchOnceDefined('dream-pricing');
}
