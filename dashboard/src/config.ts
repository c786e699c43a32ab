const meta = (name: string): string =>
  document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? '';

/** What the server filled into the page. */
export const config = {
  edge: meta('dream-edge'),
  platformKey: meta('dream-key'),
  preview: meta('dream-preview'),
} as const;
