import type { Project, ProductInput, SettingsPatch } from '@dream/contract';
import { ApiError, type Call } from './api.ts';
import { environmentApi, projectsApi } from './environment.ts';
import { shopApi } from './shop.ts';
import { draftToInput, type TierDraft } from './tier-draft.ts';

/** A project that is to be, without anything of its edge yet. */
export interface ProjectPlan {
  /** Of this one intention: tried again with it, nothing is made twice. */
  key: string;
  name: string;
  settings: SettingsPatch;
  tiers: readonly TierDraft[];
  products: readonly ProductInput[];
}

/** How far saving is. */
export interface Progress {
  done: number;
  of: number;
  words: string;
}

/**
 * Makes a project in test mode with all that is planned. Whatever breaks off in between, the same plan
 * goes on where it was: the project is made once by its key, tiers are replaced by themselves, products
 * are made once by a key each.
 */
export async function saveProject(
  call: Call,
  plan: ProjectPlan,
  tell: (progress: Progress) => void = () => undefined,
): Promise<Project> {
  const { tiers, products } = plan;
  const of = 2 + tiers.length + products.length;
  let done = 0;
  const step = async <T>(words: string, work: () => Promise<T>): Promise<T> => {
    tell({ done, of, words });
    const made = await work();
    done += 1;
    return made;
  };
  const { project } = await step('Making the project', () =>
    projectsApi(call).create(plan.name.trim(), plan.key),
  );
  const test = environmentApi(call, project.id, 'test');
  await step('Saving how it looks', async () => {
    if (Object.keys(plan.settings).length > 0) await test.updateSettings(plan.settings);
  });
  // The default first: another one must be it before the one a project begins with can go.
  const inOrder = tiers.toSorted((a, b) => Number(b.isDefault) - Number(a.isDefault));
  for (const tier of inOrder)
    await step(`Making the tier ${tier.displayName}`, () =>
      test.putTier(tier.name, draftToInput(tier)),
    );
  if (tiers.some(({ isDefault }) => isDefault) && tiers.every(({ name }) => name !== 'free'))
    await test.archiveTier('free').catch(unlessGone);
  const shop = shopApi({ call, params: { project: project.id }, mode: 'test' });
  for (const [index, product] of products.entries())
    await step(`Making ${product.name}`, () => shop.createProduct(product, `${plan.key}-${index}`));
  tell({ done, of, words: 'Done' });
  return project;
}

function unlessGone(error: unknown): void {
  if (!(error instanceof ApiError && error.code === 'tier_not_found')) throw error;
}
