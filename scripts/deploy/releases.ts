import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import * as v from 'valibot';

/** Open tabs and kept entries ask for chunks of an earlier `v1/` this long. */
const KEPT_MS = 90 * 24 * 3_600_000;
const LIST = 'releases.json';

const Releases = v.object({
  /** By path from the root of the site. */
  files: v.record(
    v.pipe(v.string(), v.regex(/^v\d+(\.\d+\.\d+)?(\/[\w-][\w.-]*)+$/)),
    v.object({ sha256: v.string(), releasedAtMs: v.number() }),
  ),
});
type Releases = v.InferOutput<typeof Releases>;

/** A version that pages pin for ever, integrity and all. */
const isPinned = (path: string) => /^v\d+\.\d+\.\d+\//.test(path);

/**
 * Adds to a folder of built widgets what the site at `origin` serves of earlier builds: pinned versions
 * for ever, chunks of the moving one for 90 days. Then lists all of it in `releases.json`, by which the
 * next deployment finds it. `origin` is null when nothing was deployed before. Answers how many files
 * were carried; throws when one cannot be had, or when a pinned version would change.
 */
export async function carryReleases(
  folder: string,
  origin: string | null,
  nowMs: number,
): Promise<number> {
  const old: Releases = origin === null ? { files: {} } : await releasesOf(origin);
  const files: Releases['files'] = {};
  for (const path of pathsIn(folder)) {
    const sha256 = hashOf(readFileSync(join(folder, path)));
    const released = old.files[path];
    if (released && isPinned(path) && released.sha256 !== sha256)
      throw new Error(
        `${path} is released with other bytes, which pages hold us to. Raise the version in widgets/package.json.`,
      );
    files[path] = { sha256, releasedAtMs: nowMs };
  }
  const carried = Object.entries(old.files).filter(
    ([path, { releasedAtMs }]) =>
      !(path in files) && (isPinned(path) || nowMs - releasedAtMs < KEPT_MS),
  );
  for (const [path, released] of carried) {
    const bytes = await bytesOf(`${origin}/${path}`);
    if (hashOf(bytes) !== released.sha256)
      throw new Error(`${origin}/${path} is not what was released.`);
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
    files[path] = released;
  }
  writeFileSync(join(folder, LIST), JSON.stringify({ files } satisfies Releases));
  return carried.length;
}

async function releasesOf(origin: string): Promise<Releases> {
  try {
    const text = new TextDecoder().decode(await bytesOf(`${origin}/${LIST}`));
    return v.parse(Releases, JSON.parse(text));
  } catch (error) {
    throw new Error(
      `What is released at ${origin} cannot be read (${(error as Error).message}). Without it pages that pin a version would break. If nothing was deployed there before, say --first.`,
      { cause: error },
    );
  }
}

async function bytesOf(url: string): Promise<Uint8Array> {
  const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(30_000) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The files of releases in a folder. */
function pathsIn(folder: string): string[] {
  if (!existsSync(folder)) throw new Error(`${folder} is not there: the widgets are not built.`);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .split(sep)
        .join('/'),
    )
    .filter((path) => /^v\d/.test(path));
}
