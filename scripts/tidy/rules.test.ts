import { describe, expect, it } from 'vitest';
import { tidyFaults } from './rules.ts';

const faultsOf = (path: string, text: string, others: string[] = []) =>
  tidyFaults([{ path, text }, ...others.map((other) => ({ path: other, text: '' }))]);

describe('tidyFaults', () => {
  it.each([
    ['edge/src/usage/limit.ts', 'const now = Date.now();', 'must be pure'],
    ['edge/src/usage/limit.ts', "import { env } from 'cloudflare:workers';", 'must be pure'],
    ['edge/src/usage/a/b/c.ts', '', 'two folders'],
    ['sdk/src/utils.ts', '', 'Name the idea'],
    ['edge/src/usage/trackV2.ts', '', 'version'],
    ['widgets/src/a.ts', "import { Email } from '@dream/contract/primitives';", 'import type'],
    ['sandbox/src/a.ts', "import { x } from '@dream/contract';", 'nothing of ours'],
    ['demo-site/server.ts', "import { x } from '@dream/edge';", 'customer would write'],
    [
      'demo-site/src/page.ts',
      "import { x } from '../../widgets/src/x.ts';",
      'customer would write',
    ],
    ['docs/decisions/0001-a.md', 'From https://registry.example.com', "registry's host"],
    ['edge/src/storage/a.ts', "import { x } from '../usage/limit.ts';", 'knows no feature'],
    ['edge/src/usage/a.ts', "import { x } from '../billing/billing.route.ts';", 'its own'],
    ['edge/src/usage/a.ts', "import type { X } from '../billing/a.store.ts';", 'its own'],
    ['edge/src/usage/a.job.ts', "import {\n  x,\n} from '../billing/a.store.ts';", 'its own'],
    ['README.md', 'See `edge/src/nowhere.ts`.', 'does not exist'],
    ['README.md', '[guide](docs/guides/none.md)', 'does not exist'],
    ['docs/decisions/0001-a.md', '## Context', 'lacks the section "Decision"'],
    ['sdk/src/a.ts', '// FIXME later', 'says'],
  ])('finds what is wrong with %s', (path, text, fault) => {
    expect(faultsOf(path, text).join()).toContain(fault);
  });

  it.each([
    ['edge/src/usage/track.route.ts', 'const now = Date.now();'],
    ['edge/src/usage/limit.ts', 'return stub.fetch(request);'],
    ['edge/src/usage/meter.rpc.ts', "import { x } from './meter.store.ts';"],
    ['edge/src/docs/pages.json', '{ "html": "<code>fetch(url)</code>" }'],
    ['widgets/src/a.ts', "import type { Tier } from '@dream/contract';"],
    ['README.md', 'See `edge/src/` and `edge/src/app.ts`.'],
  ])('has nothing against %s', (path, text) => {
    expect(faultsOf(path, text, ['edge/src/app.ts'])).toEqual([]);
  });
});
