import { MAX_ORIGINS } from '@dream/contract/projects';
import { MAX_TIERS } from '@dream/contract/tiers';
import { MAX_WEBHOOKS } from '@dream/contract/webhooks';
import { expect, it } from 'vitest';
import { MOST } from './bounds.ts';

it('tells the bounds the edge keeps', () => {
  expect(MOST).toEqual({ origins: MAX_ORIGINS, tiers: MAX_TIERS, webhooks: MAX_WEBHOOKS });
});
