import type * as contract from '@dream/contract';
import { expectTypeOf, it } from 'vitest';
import type * as sdk from './types.ts';

it('declares the shapes the API answers', () => {
  expectTypeOf<sdk.Usage>().toEqualTypeOf<contract.Usage>();
  expectTypeOf<sdk.UsageStatus>().toEqualTypeOf<contract.UsageStatus>();
  expectTypeOf<sdk.Subscription>().toEqualTypeOf<contract.Subscription>();
  expectTypeOf<sdk.Customer>().toEqualTypeOf<contract.Customer>();
  expectTypeOf<sdk.Session>().toEqualTypeOf<contract.Session>();
  expectTypeOf<sdk.Tier>().toEqualTypeOf<contract.PublicTier>();
});
