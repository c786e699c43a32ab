import { expect, it } from 'vitest';
import { ApiError, type Call } from './api.ts';
import { saveProject } from './save-project.ts';
import { TEMPLATES } from './templates.ts';

/** An edge that makes once what has a key, and loses its connection before the call `breaksAt`. */
function edge(breaksAt = Infinity) {
  const made = new Map<string, unknown>();
  const calls: string[] = [];
  const call = (async (method, path, { idempotencyKey = '', body = {} } = {}) => {
    if (calls.length === breaksAt) {
      breaksAt = Infinity;
      throw new ApiError(0, { code: 'unreachable' });
    }
    calls.push(`${method} ${path}`);
    const key = method === 'POST' ? idempotencyKey : path;
    if (!made.has(key)) made.set(key, body);
    return { project: { id: 'prj_a' }, tier: {}, product: {}, settings: {} };
  }) as Call;
  return { call, calls, made };
}

const plan = (kind: 'saas' | 'store' | 'membership') => ({
  key: 'key',
  name: 'Versa',
  settings: { accentColor: '#a8432b' },
  ...TEMPLATES[kind],
});

it('makes the project, its looks, its tiers with the default first, and its products', async () => {
  const { call, calls } = edge();
  await saveProject(call, plan('store'));
  expect(calls).toEqual([
    'POST /api/projects',
    'PATCH /api/projects/prj_a/test/settings',
    'PUT /api/projects/prj_a/test/tiers/free',
    ...Array.from({ length: 3 }, () => 'POST /api/projects/prj_a/test/products'),
  ]);
});

it.each([0, 1, 2, 3, 4, 5])(
  'goes on after it broke off before call %i, and makes nothing twice',
  async (breaksAt) => {
    const whole = edge();
    await saveProject(whole.call, plan('store'));
    const broken = edge(breaksAt);
    await expect(saveProject(broken.call, plan('store'))).rejects.toThrow(ApiError);
    await saveProject(broken.call, plan('store'));
    expect([...broken.made]).toEqual([...whole.made]);
  },
);

it('archives the tier a project begins with when another one is the default instead', async () => {
  const { call, calls } = edge();
  const [free, ...others] = TEMPLATES.saas.tiers;
  const tiers = [{ ...(free as NonNullable<typeof free>), name: 'basic' }, ...others];
  await saveProject(call, { ...plan('saas'), tiers });
  expect(calls.at(-1)).toBe('DELETE /api/projects/prj_a/test/tiers/free');
});

it('says how far it is', async () => {
  const told: string[] = [];
  await saveProject(edge().call, plan('membership'), ({ done, of }) => told.push(`${done}/${of}`));
  expect(told).toEqual(['0/5', '1/5', '2/5', '3/5', '4/5', '5/5']);
});
