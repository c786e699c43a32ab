import type { Mode } from '@dream/contract';

/** What the snippets are filled with. */
export interface SnippetFacts {
  edge: string;
  publishableKey: string;
  mode: Mode;
  /** The tier an upgrade is sold to, by its name in code; null when none has a price. */
  paidTier: string | null;
}

/** Something to copy, and where it goes. */
export interface Snippet {
  id: string;
  title: string;
  where: string;
  code: string;
}

const script = ({ edge, publishableKey }: SnippetFacts): string =>
  `<script type="module" async src="${edge}/v1/dream.js" data-dream-key="${publishableKey}"></script>`;

/** The page's side: the script tag and the elements, as each framework writes them. */
export function pageSnippets(facts: SnippetFacts): Snippet[] {
  const tag = script(facts);
  const { edge, publishableKey } = facts;
  return [
    {
      id: 'html',
      title: 'HTML',
      where: 'In any page',
      code: `${tag}

<dream-signup compact></dream-signup>
<dream-usage-meter></dream-usage-meter>
<dream-pricing></dream-pricing>`,
    },
    {
      id: 'react',
      title: 'React',
      where: 'index.html has the script tag; then, in any component (React 19)',
      code: `<!-- index.html -->
${tag}

// Plans.jsx
export function Plans() {
  return (
    <>
      <dream-signup compact />
      <dream-pricing />
    </>
  );
}`,
    },
    {
      id: 'next',
      title: 'Next',
      where: 'app/layout.jsx, and any page',
      code: `// app/layout.jsx
import Script from 'next/script';

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>
        {children}
        <Script
          type="module"
          src="${edge}/v1/dream.js"
          data-dream-key="${publishableKey}"
        />
      </body>
    </html>
  );
}

// app/plans/page.jsx
export default function Plans() {
  return <dream-pricing />;
}`,
    },
    {
      id: 'vue',
      title: 'Vue',
      where: 'vite.config.ts tells Vue whose the elements are; index.html has the script tag',
      code: `<!-- index.html -->
${tag}

// vite.config.ts
vue({
  template: {
    compilerOptions: { isCustomElement: (tag) => tag.startsWith('dream-') },
  },
})

<!-- Plans.vue -->
<template>
  <dream-signup compact />
  <dream-pricing />
</template>`,
    },
    {
      id: 'svelte',
      title: 'Svelte',
      where: 'src/app.html has the script tag; then, in any component',
      code: `<!-- src/app.html -->
${tag}

<!-- Plans.svelte -->
<dream-signup compact></dream-signup>
<dream-pricing></dream-pricing>`,
    },
  ];
}

/** What every server of JavaScript begins with: the client, and who pays for a request. */
const begin = (edge: string): string =>
  `const dream = new Dream({ secretKey: process.env.DREAM_SECRET_KEY ?? '', baseUrl: '${edge}' });
// The page sends \`Bearer \${await Dream.getToken()}\`. With a login of your own, give your user's id.
const payer = (header = '') => (header ? { token: header.replace('Bearer ', '') } : null);`;

/** The server's side: asking before each metered action, as each server writes it. */
export function serverSnippets({ edge, mode }: SnippetFacts): Snippet[] {
  const secret = `sk_${mode}_…`;
  return [
    {
      id: 'express',
      title: 'Express',
      where: 'npm install dream-api express',
      code: `import { Dream } from 'dream-api';
import { meter, usageOf } from 'dream-api/express';
import express from 'express';

${begin(edge)}
const app = express();

app.use('/api', meter({ dream, customer: (request) => payer(request.get('authorization')) }));
app.post('/api/work', (request, response) => {
  response.json({ remaining: usageOf(request)?.remaining });
});`,
    },
    {
      id: 'hono',
      title: 'Hono',
      where: 'npm install dream-api hono',
      code: `import { Dream } from 'dream-api';
import { meter, usageOf } from 'dream-api/hono';
import { Hono } from 'hono';

${begin(edge)}
const app = new Hono();

app.use('/api/*', meter({ dream, customer: (c) => payer(c.req.header('authorization')) }));
app.post('/api/work', (c) => c.json({ remaining: usageOf(c)?.remaining }));`,
    },
    {
      id: 'fastify',
      title: 'Fastify',
      where: 'npm install dream-api fastify',
      code: `import { Dream } from 'dream-api';
import { meter, usageOf } from 'dream-api/fastify';
import fastify from 'fastify';

${begin(edge)}
const app = fastify();

app.addHook(
  'preHandler',
  meter({ dream, customer: (request) => payer(request.headers.authorization) }),
);
app.post('/api/work', (request) => ({ remaining: usageOf(request)?.remaining }));`,
    },
    {
      id: 'next',
      title: 'Next',
      where: 'npm install dream-api; then, in app/api/work/route.ts',
      code: `import { Dream } from 'dream-api';
import { meter, usageOf } from 'dream-api/next';

${begin(edge)}

export const POST = meter(
  { dream, customer: (request) => payer(request.headers.get('authorization') ?? '') },
  (request) => Response.json({ remaining: usageOf(request)?.remaining }),
);`,
    },
    {
      id: 'python',
      title: 'Python',
      where: 'The standard library is enough',
      code: `import json, os, urllib.error, urllib.request

def may_work(user_id: str, idempotency_key: str) -> bool:
    request = urllib.request.Request(
        "${edge}/api/usage",
        method="POST",
        headers={
            "Authorization": f"Bearer {os.environ['DREAM_SECRET_KEY']}",
            "X-User-Id": user_id,
            "Idempotency-Key": idempotency_key,
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.load(answer)["success"]
    except urllib.error.HTTPError as error:
        if json.load(error).get("code") == "limit_reached":
            return False
        raise`,
    },
    {
      id: 'curl',
      title: 'curl',
      where: 'From any shell',
      code: `curl -X POST ${edge}/api/usage \\
  -H "Authorization: Bearer ${secret}" \\
  -H "X-User-Id: ada" \\
  -H "Idempotency-Key: click-1"`,
    },
  ];
}

/** Selling the upgrade from the server; null when there is nothing to sell. */
export const checkoutSnippet = ({ edge, mode, paidTier }: SnippetFacts): string | null =>
  paidTier === null
    ? null
    : `curl -X POST ${edge}/api/create-checkout \\
  -H "Authorization: Bearer sk_${mode}_…" \\
  -H "X-User-Id: ada" \\
  -H "Content-Type: application/json" \\
  -d '{"tier":"${paidTier}"}'`;
