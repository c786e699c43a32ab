import { describe, expect, it } from 'vitest';
import { createEnvironment, manage } from './harness.ts';

const tier = {
  displayName: 'Pro',
  features: [{ kind: 'metered', name: 'requests', limitUnits: 5 }],
};

/** An environment, what is done to it by path, and its newest entry. */
async function audited() {
  const { id, sk } = await createEnvironment();
  const base = `/api/projects/${id}/test`;
  return {
    sk,
    act: (method: string, path: string, body?: object) => manage(method, base + path, body),
    entries: async () => (await manage('GET', `${base}/audit`)).entries,
    newest: async () => (await manage('GET', `${base}/audit`)).entries[0],
  };
}

describe('the audit log tells what was changed', () => {
  it('of a tier, in lines people read, and all of a new one', async () => {
    const { act, newest } = await audited();
    await act('PUT', '/tiers/pro', tier);
    const made = await newest();
    expect(made.details).toContainEqual({ field: 'displayName', before: [], after: ['Pro'] });
    const features = [{ kind: 'metered', name: 'requests', limitUnits: 9 }];
    await act('PUT', '/tiers/pro', { ...tier, features });
    expect(await newest()).toMatchObject({
      action: 'tier.saved',
      subject: 'pro',
      details: [{ field: 'features', before: ['requests: 5'], after: ['requests: 9'] }],
    });
  });

  it('of settings and origins, from and to', async () => {
    const { act, newest } = await audited();
    await act('PATCH', '/settings', { font: 'serif', sessionDays: 60 });
    expect((await newest()).details).toEqual([{ field: 'font', before: [], after: ['serif'] }]);
    await act('PUT', '/origins', { origins: ['https://a.example', 'https://b.example'] });
    await act('PUT', '/origins', { origins: ['https://b.example'] });
    expect((await newest()).details).toEqual([
      { field: 'origins', before: ['https://a.example'], after: [] },
    ]);
  });

  it('of a product, whose price is one of its variants', async () => {
    const { act, newest } = await audited();
    const variants = [{ prices: [{ priceMinor: 1900, currency: 'usd' }] }];
    const { product } = await act('POST', '/products', { name: '=Quill', variants });
    expect((await newest()).details).toContainEqual({
      field: 'name',
      before: [],
      after: ['=Quill'],
    });
    const [{ id }] = product.variants;
    const dearer = [{ id, prices: [{ priceMinor: 2100, currency: 'usd' }] }];
    await act('PUT', `/products/${product.id}`, { name: '=Quill', variants: dearer });
    expect((await newest()).details).toEqual([
      { field: 'variants', before: ['19.00 USD'], after: ['21.00 USD'] },
    ]);
  });

  it('of a key by its name and hint, and never says a secret', async () => {
    const { act, entries, sk } = await audited();
    const { key, secret } = await act('POST', '/keys', { name: 'Production' });
    await act('POST', `/keys/${key.id}/rotate`, { overlapHours: 1 });
    await act('DELETE', `/keys/${key.id}`);
    await act('PUT', '/tiers/pro', tier);
    const all = await entries();
    for (const action of ['key.created', 'key.rotated', 'key.revoked'])
      expect(
        all.find(
          (entry: { action: string; subject: string }) =>
            entry.action === action && entry.subject === key.id,
        )?.details,
      ).toEqual([
        { field: 'name', before: [], after: ['Production'] },
        { field: 'key', before: [], after: [key.hint] },
      ]);
    expect(JSON.stringify(all)).not.toContain(secret);
    expect(JSON.stringify(all)).not.toContain(sk);
  });
});
