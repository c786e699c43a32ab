import type { Image } from '@dream/contract';
import { deleteImage, listImages, uploadImage } from '@dream/contract/images';
import type { Hono } from 'hono';
import { hashBytes, hashSecret } from '../auth/keys.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { type AppEnv, serve } from '../http/call.ts';
import { Fail, unwrap } from '../http/fail.ts';
import { deliverJobs } from '../outbox/deliver.job.ts';
import { managedEnvironment } from '../projects/managed.ts';
import { addressesOf } from './address.ts';
import { writeFiles } from './files.client.ts';
import { makeSizes } from './fit.client.ts';
import { inspectImage } from './image-file.ts';
import type { ImageRecord } from './images.rpc.ts';

/** Uploading pictures and taking them away. */
export function imageRoutes(app: Hono<AppEnv>, deps: Deps): void {
  serve(app, deps, uploadImage, async (call) => {
    const { ref, project, act } = await managedEnvironment(call);
    const inspected = inspectImage(call.file);
    if (!inspected.ok) throw new Fail('image_invalid', { reason: inspected.reason });
    const id = deps.newId('img_');
    const sourceHash = await hashBytes(call.file);
    // With its id in it a name never comes back: nothing late deletes what is shown.
    const upload = { id, sourceHash, name: await hashSecret(`${id} ${sourceHash}`) };
    const known = unwrap(await project.images().begin(upload, act.nowMs));
    if (known) return { image: shown(deps, ref, known) };
    const { small, large } = await makeSizes(deps.images, call.file, inspected.image);
    await writeFiles(deps.files, ref, upload.name, { small: small.bytes, large: large.bytes });
    const { width, height } = large;
    const image = unwrap(await project.images().finish(upload, { width, height }, act));
    return { image: shown(deps, ref, image) };
  });

  serve(app, deps, listImages, async (call) => {
    const { ref, project } = await managedEnvironment(call);
    const { limit, cursor = null } = call.query;
    const { images, nextCursor } = await project.images().list({ limit, cursor });
    return { images: images.map((image) => shown(deps, ref, image)), nextCursor };
  });

  serve(app, deps, deleteImage, async (call) => {
    const { ref, project, act } = await managedEnvironment(call);
    const job = unwrap(await project.images().remove(call.param('image'), act));
    await deliverJobs(deps, ref, [job]);
    return { success: true as const };
  });
}

function shown(deps: Deps, ref: EnvironmentRef, { name, ...image }: ImageRecord): Image {
  return { ...image, ...addressesOf(deps.config.contentUrl, ref, name) };
}
