import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Names a folder for the edge's bundle: the first test that needs it makes it, for all others too. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'dream-bundle-'));
  process.env.DREAM_BUNDLE_FOLDER = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
