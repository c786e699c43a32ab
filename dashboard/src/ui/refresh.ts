/** Does something again and again while the page is looked at; gives what ends it. */
export function whileSeen(everyMs: number, work: () => void): () => void {
  const timer = setInterval(() => {
    if (document.visibilityState === 'visible' && navigator.onLine) work();
  }, everyMs);
  return () => clearInterval(timer);
}
