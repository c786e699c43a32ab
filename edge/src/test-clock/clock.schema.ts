/**
 * What a test customer's clock says, null for whom time passes; and a move of it that was begun and
 * may not be over.
 */
export const TEST_CLOCK_SCHEMA = `
ALTER TABLE customer ADD COLUMN clock_ms INTEGER;
ALTER TABLE customer ADD COLUMN clock_to TEXT;
ALTER TABLE customer ADD COLUMN clock_target_ms INTEGER;`;

/** What a shard was told of it. */
export const SHARD_CLOCK_SCHEMA = `
ALTER TABLE customer ADD COLUMN clock_ms INTEGER;`;
