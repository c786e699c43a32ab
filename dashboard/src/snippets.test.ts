import { expect, it } from 'vitest';
import { checkoutSnippet, pageSnippets, serverSnippets, type SnippetFacts } from './snippets.ts';

const facts: SnippetFacts = {
  edge: 'https://edge.example',
  publishableKey: 'pk_test_abc',
  mode: 'test',
  paidTier: 'pro',
};

it('puts the edge and the publishable key into every snippet of a page, and no secret', () => {
  const snippets = pageSnippets(facts);
  expect(snippets.map(({ id }) => id)).toEqual(['html', 'react', 'next', 'vue', 'svelte']);
  for (const { code } of snippets) {
    expect(code).toContain('https://edge.example/v1/dream.js');
    expect(code).toContain('data-dream-key="pk_test_abc"');
    expect(code).not.toContain('sk_');
  }
});

it('puts the edge into every snippet of a server, and the publishable key into none', () => {
  const snippets = serverSnippets(facts);
  expect(snippets.map(({ id }) => id)).toEqual([
    'express',
    'hono',
    'fastify',
    'next',
    'python',
    'curl',
  ]);
  for (const { code } of snippets) {
    expect(code).toContain('https://edge.example');
    expect(code).not.toContain('pk_test_abc');
  }
});

it('counts in one line by the middleware of each framework', () => {
  const frameworks = new Set(['express', 'hono', 'fastify', 'next']);
  for (const { id, code } of serverSnippets(facts).filter(({ id }) => frameworks.has(id))) {
    expect(code).toContain(`from 'dream-api/${id}'`);
    expect(code).toMatch(/meter\(\s*\{ dream, customer: /);
    // Whoever writes JavaScript pastes it, too.
    expect(code).not.toMatch(/import type|\{ type /);
  }
});

it('sells the tier that has a price, and says nothing of selling when none has', () => {
  expect(checkoutSnippet(facts)).toContain('"tier":"pro"');
  expect(checkoutSnippet({ ...facts, paidTier: null })).toBeNull();
});
