import { hashSecret } from '../auth/keys.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { unwrap } from '../http/fail.ts';
import type { Act } from '../projects/audit.rpc.ts';
import { copyFiles } from './files.client.ts';
import type { KeptPicture } from './images.rpc.ts';

/** How many pictures are copied at a time. */
const AT_ONCE = 8;

/**
 * Gives an environment pictures of another one, with files of its own: whatever becomes of the picture
 * there, this one stays. One that is there already, by the file it was made of, is not made again; one
 * whose files are gone is left out. Safe to repeat.
 */
export async function copyPictures(
  deps: Deps,
  from: EnvironmentRef,
  to: EnvironmentRef,
  pictures: readonly KeptPicture[],
  act: Act,
): Promise<void> {
  for (let first = 0; first < pictures.length; first += AT_ONCE)
    await Promise.all(
      pictures
        .slice(first, first + AT_ONCE)
        .map((picture) => copyPicture(deps, from, to, picture, act)),
    );
}

async function copyPicture(
  deps: Deps,
  from: EnvironmentRef,
  to: EnvironmentRef,
  { name, sourceHash, width, height }: KeptPicture,
  act: Act,
): Promise<void> {
  const id = deps.newId('img_');
  const upload = { id, sourceHash, name: await hashSecret(`${id} ${sourceHash}`) };
  const images = deps.project(to).images();
  if (unwrap(await images.begin(upload, act.nowMs))) return;
  if (await copyFiles(deps.files, { ref: from, name }, { ref: to, name: upload.name }))
    unwrap(await images.finish(upload, { width, height }, act));
}
