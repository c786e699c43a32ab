import type { Mode } from '@dream/contract';

/** What an assistant has to know of a project. */
export interface PromptFacts {
  edge: string;
  publishableKey: string;
  mode: Mode;
  tiers: readonly { name: string; displayName: string }[];
}

/**
 * What to tell a coding assistant to build this project in: the public key, the names that code uses, and
 * where the docs for language models are. The secret key is named and never there.
 */
export function assistantPrompt({ edge, publishableKey, mode, tiers }: PromptFacts): string {
  const plans = tiers.map(({ name, displayName }) => `- ${name} (${oneLine(displayName)})`);
  return `Add sign-up, plans and usage limits to this project with dream.

1. Read ${edge}/llms.txt first, and
   ${edge}/llms-full.txt for what it does not say.
   Use nothing that is in neither.
2. Load this once, in the page that all pages share:
   <script type="module" async src="${edge}/v1/dream.js"
     data-dream-key="${publishableKey}"></script>
3. Put <dream-signup compact></dream-signup> into the header,
   <dream-pricing></dream-pricing> on the page with the prices, and
   <dream-usage-meter></dream-usage-meter> where people see what is left.
4. On the server, ask before each thing that is counted: dream.usage.track of the
   npm package dream-api, with baseUrl ${edge}, or
   POST ${edge}/api/usage in another language.
   Go on only when it is allowed; else answer with its message and offer the upgrade.
5. The secret key (sk_${mode}_…) is in the environment as DREAM_SECRET_KEY.
   It never goes into a page or the repository. Do not ask me for it.
6. The server learns who asks from its own login. If there is none, the page sends
   await Dream.getToken(), and the server verifies it with verifyToken and the
   publishable key.

The plans, by their names in code:
${plans.length > 0 ? plans.join('\n') : '- none yet'}

When it runs, show me how to try it: sign up with you+clerk_test@example.com and the
code 424242${mode === 'test' ? ', and pay with the card 4242 4242 4242 4242.' : ', which works in test mode only.'}
`;
}

/** Names are what somebody typed, and must not become a line of their own. */
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');
