import * as v from 'valibot';
import { IDEMPOTENCY_ERRORS } from './errors.ts';
import { AtMs, pageOf, PageQuery } from './primitives.ts';
import { managementErrors, managers } from './projects.ts';
import { route } from './respond.ts';

const path = '/api/projects/:project/:mode/images';

/** The largest file that is taken. */
export const MAX_IMAGE_BYTES = 5 * 1024 * 1024;

/** A picture in its two sizes: `width` and `height` are those of `url`, in pixels. */
export const Image = v.object({
  id: v.string(),
  /** At most 1,600 pixels on a side. */
  url: v.string(),
  /** At most 480 pixels on a side. */
  smallUrl: v.string(),
  width: v.pipe(v.number(), v.integer()),
  height: v.pipe(v.number(), v.integer()),
  createdAtMs: AtMs,
});
export type Image = v.InferOutput<typeof Image>;

export const uploadImage = route({
  method: 'post',
  path,
  summary:
    'Upload a picture: the body is the file. What is in it besides the picture is not published. The same file again is the same image.',
  auth: managers,
  upload: {
    maxBytes: MAX_IMAGE_BYTES,
    contentTypes: ['image/png', 'image/jpeg', 'image/webp', 'image/avif'],
  },
  answer: v.object({ image: Image }),
  status: 201,
  errors: [...managementErrors, ...IDEMPOTENCY_ERRORS, 'image_invalid', 'too_many_images'],
});

export const listImages = route({
  method: 'get',
  path,
  summary: 'The images of an environment, newest first.',
  auth: managers,
  query: PageQuery,
  answer: pageOf('images', Image),
  errors: managementErrors,
});

export const deleteImage = route({
  method: 'delete',
  path: `${path}/:image`,
  summary: 'Delete an image that no product shows. Its addresses stop at once.',
  auth: managers,
  answer: v.object({ success: v.literal(true) }),
  errors: [...managementErrors, 'image_not_found', 'image_in_use'],
});
