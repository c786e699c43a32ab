/** The steps of the wizard, in their order. */
export const STEPS = ['branding', 'tiers', 'look', 'preview'] as const;
export type StartStep = (typeof STEPS)[number];
