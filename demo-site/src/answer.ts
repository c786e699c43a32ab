import type { Poem } from './poem.ts';

/** What a page gets of this site's own API, or what to tell the reader. */
export interface Answer {
  status: number;
  body:
    | { poem: Poem }
    | { paragraphs: readonly string[] }
    | { error: string; limit?: number | null };
  headers?: Record<string, string>;
}
