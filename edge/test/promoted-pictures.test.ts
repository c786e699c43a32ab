import { exports } from 'cloudflare:workers';
import { beforeEach, expect, it } from 'vitest';
import {
  call,
  connectStripe,
  createEnvironment,
  manage,
  OPERATOR,
  type TestEnvironment,
} from './harness.ts';
import { png } from './image-files.ts';

let project: TestEnvironment;
beforeEach(async () => {
  project = await createEnvironment('test');
  await connectStripe({ ...project, mode: 'live' });
});

type Mode = 'test' | 'live';
const to = (mode: Mode, path: string) => `/api/projects/${project.id}/${mode}/${path}`;
const promote = (body: object) =>
  call('POST', `/api/projects/${project.id}/promote`, { key: OPERATOR, body });
const plan = async () => (await promote({ dryRun: true })).body.promotion;
const promoteNow = async () => {
  const { status, body } = await promote({ fingerprint: (await plan()).fingerprint });
  expect([status, body.code]).toEqual([200, undefined]);
};
let drawn = 0;
/** A picture no test had before. */
const newPicture = () => png({ width: 6, height: 4 }, { red: (drawn += 1) });

async function upload(mode: Mode, file: Uint8Array = newPicture()) {
  const request = new Request(`https://edge.test${to(mode, 'images')}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${OPERATOR}` },
    body: file,
  });
  const { image } = (await (await exports.default.fetch(request)).json()) as {
    image: { id: string; url: string };
  };
  return image;
}

const fileAt = async (url: string) => {
  const answer = await exports.default.fetch(new Request(url));
  const bytes = await answer.arrayBuffer();
  return answer.status === 200 ? new Uint8Array(bytes) : answer.status;
};
const prices = [{ priceMinor: 2500, currency: 'usd' }];
/** Saves the mug with these pictures, the second variant showing the last one. */
async function saveMug(images: { id: string; alt: string }[], id?: string) {
  const [red, blue] = id ? (await productOf('test', id)).variants : [];
  const variants = [
    { ...(red && { id: red.id }), name: 'Red', prices },
    { ...(blue && { id: blue.id }), name: 'Blue', image: images.at(-1)?.id ?? null, prices },
  ];
  const path = id ? `products/${id}` : 'products';
  const { product } = await manage(id ? 'PUT' : 'POST', to('test', path), {
    name: 'Mug',
    images,
    variants,
  });
  return product;
}
const productOf = async (mode: Mode, id: string) =>
  (await manage('GET', to(mode, `products/${id}`))).product;

it('pictures come with their product, in their order and on their variants, and are in the difference', async () => {
  const [front, side] = [await upload('test'), await upload('test')];
  const mug = await saveMug([
    { id: front.id, alt: 'From the front' },
    { id: side.id, alt: '' },
  ]);
  const change = (await plan()).changes.find(({ kind }: { kind: string }) => kind === 'product');
  const fields = new Map(change.fields.map((one: { field: string }) => [one.field, one]));
  expect(fields.get('pictures')).toMatchObject({
    before: [],
    after: [
      expect.stringMatching(/^From the front · 6 × 4 · [0-9a-f]{8}$/),
      expect.stringMatching(/^6 × 4 · [0-9a-f]{8}$/),
    ],
  });
  expect(fields.get('variantPictures')).toMatchObject({
    after: [expect.stringMatching(/^Blue · [0-9a-f]{8}$/)],
  });
  await promoteNow();
  const live = await productOf('live', mug.id);
  expect(live.images.map(({ alt }: { alt: string }) => alt)).toEqual(['From the front', '']);
  expect(live.variants.map(({ image }: { image: string | null }) => image)).toEqual([
    null,
    live.images[1].id,
  ]);
  expect(live.images[0].url).toContain(`${project.id}/live/`);
  expect(await fileAt(live.images[0].url)).toEqual(await fileAt(front.url));
  expect((await plan()).changes).toEqual([]);
});

it('deleting a picture in one environment takes nothing from the other, whichever it is', async () => {
  const picture = await upload('test');
  const mug = await saveMug([{ id: picture.id, alt: '' }]);
  await promoteNow();
  const [there] = (await productOf('live', mug.id)).images;
  await saveMug([], mug.id);
  await manage('DELETE', to('test', `images/${picture.id}`));
  expect(await fileAt(picture.url)).toBe(404);
  expect(await fileAt(there.url)).toBeInstanceOf(Uint8Array);
  // Where test has no picture, live keeps its own.
  expect((await plan()).changes).toEqual([]);
  const other = await upload('test');
  await saveMug([{ id: other.id, alt: '' }], mug.id);
  await promoteNow();
  await manage('DELETE', to('live', `images/${there.id}`));
  expect(await fileAt(other.url)).toBeInstanceOf(Uint8Array);
});

it('one that live has already, from the same file, is not made a second time', async () => {
  const file = newPicture();
  const [own, picture] = [await upload('live', file), await upload('test', file)];
  const mug = await saveMug([{ id: picture.id, alt: 'Now with words' }]);
  await promoteNow();
  await saveMug([{ id: picture.id, alt: 'Other words' }], mug.id);
  await promoteNow();
  const live = await productOf('live', mug.id);
  expect(live.images).toMatchObject([{ id: own.id, alt: 'Other words' }]);
  expect((await manage('GET', to('live', 'images'))).images).toHaveLength(1);
});
