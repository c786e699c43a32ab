import { runInDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { inspectImage } from '../src/content/image-file.ts';
import { UPLOAD_MS } from '../src/content/images.rpc.ts';
import { createDeps } from '../src/deps.ts';
import type { Bindings } from '../src/env.ts';
import { runUpkeep } from '../src/projects/upkeep.job.ts';
import { call, createEnvironment, manage, OPERATOR, type TestEnvironment } from './harness.ts';
import { FILES, joined, PLACE, png } from './image-files.ts';

const bindings = env as unknown as Bindings;
const deps = await createDeps(bindings);
const CONTENT = 'https://content.test';

let shop: TestEnvironment;

beforeAll(async () => {
  shop = await createEnvironment();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const pathOf = ({ id, mode }: Pick<TestEnvironment, 'id' | 'mode'>) =>
  `/api/projects/${id}/${mode}/images`;
const projectOf = ({ id, mode }: TestEnvironment) => deps.project({ projectId: id, mode });
let drawn = 0;
/** A picture no test had before. */
const newPicture = (width = 6, height = 4) => png({ width, height }, { red: (drawn += 1) });

/** Sends a file as it is. */
async function upload(
  environment: Pick<TestEnvironment, 'id' | 'mode'>,
  file: Uint8Array | ReadableStream,
  { key = OPERATOR, headers = {} }: { key?: string; headers?: Record<string, string> } = {},
) {
  const request = new Request(`https://edge.test${pathOf(environment)}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, ...headers },
    body: file,
  });
  const answer = await exports.default.fetch(request);
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of many shapes
  return { status: answer.status, body: (await answer.json()) as any };
}

async function uploaded(environment: TestEnvironment, file: Uint8Array = newPicture()) {
  const { status, body } = await upload(environment, file);
  expect([status, body.code]).toEqual([201, undefined]);
  return body.image;
}

const get = (url: string, init: RequestInit = {}) => exports.default.fetch(new Request(url, init));
const bytesAt = async (url: string) => new Uint8Array(await (await get(url)).arrayBuffer());
const statusAt = async (url: string) => (await get(url)).status;
const remove = (environment: TestEnvironment, id: string) =>
  call('DELETE', `${pathOf(environment)}/${id}`, { key: OPERATOR });
const keysOf = async ({ id }: Pick<TestEnvironment, 'id'>) =>
  (await bindings.FILES.list({ prefix: `${id}/` })).objects.map(({ key }) => key);

describe('an uploaded picture', () => {
  it.each([
    ['PNG', png({ width: 6, height: 4 })],
    ['JPEG', FILES.jpeg],
    ['WebP, lossy', FILES.lossy],
    ['WebP, lossless', FILES.lossless],
    ['WebP, extended', FILES.extended],
    ['AVIF', FILES.avif],
  ])('%s is published as WebP, however it is called', async (_, file) => {
    const headers = { 'content-type': 'text/html' };
    const { status, body } = await upload(shop, file, { headers });
    expect([status, body.image]).toMatchObject([201, { width: 6, height: 4 }]);
    for (const url of [body.image.url, body.image.smallUrl])
      expect(inspectImage(await bytesAt(url))).toEqual({
        ok: true,
        image: { format: 'webp', width: 6, height: 4 },
      });
  });

  it('is made in two sizes, and its width and height are those of the large one', async () => {
    const image = await uploaded(shop, newPicture(2000, 1000));
    expect(image).toMatchObject({ id: expect.stringMatching(/^img_/), width: 1600, height: 800 });
    const [large, small] = [await bytesAt(image.url), await bytesAt(image.smallUrl)];
    expect(inspectImage(large)).toMatchObject({ image: { width: 1600, height: 800 } });
    expect(inspectImage(small)).toMatchObject({ image: { width: 480, height: 240 } });
  });

  it('stands upright, and does not tell where it was taken', async () => {
    expect(String.fromCharCode(...FILES.photo)).toContain(PLACE);
    const image = await uploaded(shop, FILES.photo);
    expect(image).toMatchObject({ width: 4, height: 6 });
    for (const url of [image.url, image.smallUrl]) {
      const text = String.fromCharCode(...(await bytesAt(url)));
      for (const word of [PLACE, 'Exif', 'EXIF', 'XMP']) expect(text).not.toContain(word);
    }
  });

  it('is the same image when the same file is sent again, also twice at once', async () => {
    const file = newPicture();
    const [one, other] = await Promise.all([uploaded(shop, file), uploaded(shop, file)]);
    expect([other, await uploaded(shop, file)]).toEqual([one, one]);
    expect(await statusAt(one.url)).toBe(200);
  });

  it('is answered again to a repeated key, which takes no other file', async () => {
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const file = newPicture();
    const first = await upload(shop, file, { headers });
    expect(await upload(shop, file, { headers })).toEqual(first);
    expect((await upload(shop, newPicture(), { headers })).body.code).toBe('idempotency_conflict');
  });

  it('is found in the list, the newest first and page by page', async () => {
    const other = await createEnvironment();
    const ids: string[] = [];
    for (let count = 0; count < 3; count++) ids.unshift((await uploaded(other)).id);
    const first = await manage('GET', `${pathOf(other)}?limit=2`);
    const next = await manage('GET', `${pathOf(other)}?limit=2&cursor=${first.nextCursor}`);
    const listed = [...first.images, ...next.images];
    expect(listed.map(({ id }: { id: string }) => id).sort()).toEqual(ids.toSorted());
    expect(next.nextCursor).toBeNull();
    expect(Object.keys(listed[0]).sort()).toEqual(
      ['id', 'url', 'smallUrl', 'width', 'height', 'createdAtMs'].sort(),
    );
  });
});

describe('a file that is not published', () => {
  it.each([
    ['HTML', joined('<!doctype html><script>alert(document.domain)</script>')],
    ['SVG', joined('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')],
    ['GIF', FILES.gif],
    ['an animation', FILES.animation],
    ['nothing', new Uint8Array()],
    ['a cut-off JPEG', FILES.photo.subarray(0, 300)],
    ['a script behind a picture', joined(FILES.jpeg, '<script>alert(1)</script>')],
    [
      'a PNG that says it is huge',
      png({ width: 1, height: 1 }, { says: { width: 1e9, height: 1e9 } }),
    ],
    [
      'a PNG whose pixels are missing',
      png({ width: 1, height: 1 }, { says: { width: 90, height: 90 } }),
    ],
    [
      'a JPEG whose pixels are no code',
      joined(FILES.jpeg.map((byte, at) => (at > 20 && at < 80 ? 7 : byte))),
    ],
  ])('%s is refused with the reason, and leaves nothing', async (_, file) => {
    const other = await createEnvironment();
    const { status, body } = await upload(other, file);
    expect([status, body.code, typeof body.reason]).toEqual([400, 'image_invalid', 'string']);
    expect(await keysOf(other)).toEqual([]);
    expect((await manage('GET', pathOf(other))).images).toEqual([]);
  });

  it.each([
    ['too large, and is heard to its end, so that the answer arrives', 20, true],
    ['endless, and is not', 1000, false],
  ])('is one that is %s', async (_, megabytes, isHeard) => {
    let left = megabytes;
    const file = new ReadableStream({
      pull(controller) {
        if (left === 0) return controller.close();
        controller.enqueue(new Uint8Array(1_000_000));
        left -= 1;
      },
    });
    const { status, body } = await upload(shop, file);
    expect([status, body.code, body.maxBytes]).toEqual([413, 'body_too_large', 5 * 1024 * 1024]);
    expect(left === 0).toBe(isHeard);
  });

  it('is whatever is sent with a key of the shop', async () => {
    for (const key of [shop.pk, shop.sk]) {
      const { status, body } = await upload(shop, newPicture(), { key });
      expect([status, body.code]).toEqual([401, 'developer_required']);
    }
  });
});

describe('the content domain', () => {
  it('serves a picture so that it is kept for ever, and can do nothing', async () => {
    const { url, smallUrl } = await uploaded(shop);
    const name = String.raw`[0-9a-f]{64}`;
    expect(url).toMatch(new RegExp(`^${CONTENT}/content/${shop.id}/test/${name}-large.webp$`));
    expect(smallUrl).toBe(url.replace('-large', '-small'));
    const { status, headers } = await get(url);
    expect([status, Object.fromEntries(headers)]).toMatchObject([
      200,
      {
        'content-type': 'image/webp',
        'content-disposition': 'inline',
        'cache-control': 'public, max-age=31536000, immutable',
        'content-security-policy': "sandbox; default-src 'none'",
        'cross-origin-resource-policy': 'cross-origin',
        'x-content-type-options': 'nosniff',
      },
    ]);
  });

  it('answers HEAD without a body, and a known tag with 304', async () => {
    const { url } = await uploaded(shop);
    const length = (await bytesAt(url)).byteLength;
    const head = await get(url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(length)]);
    expect((await head.arrayBuffer()).byteLength).toBe(0);
    const etag = head.headers.get('etag') ?? '';
    for (const tags of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const answer = await get(url, { headers: { 'if-none-match': tags } });
      expect([answer.status, await answer.text(), answer.headers.get('etag')]).toEqual([
        304,
        '',
        etag,
      ]);
    }
    expect((await get(url, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  it('answers nothing else, and nobody else answers for it', async () => {
    const { url } = await uploaded(shop);
    const { pathname } = new URL(url);
    for (const elsewhere of [
      `https://edge.test${pathname}`,
      `${CONTENT}/health`,
      `${CONTENT}/api/tiers?pk=${shop.pk}`,
      `${CONTENT}/docs`,
      `${CONTENT}/oauth/start`,
      `${CONTENT}/content`,
      url.replace('/test/', '/live/'),
      url.replace('/test/', '/other/'),
      url.replace('-large', '-huge'),
      url.replace(/-large.*/, '-large.html'),
      url.replace(shop.id, 'prj_000000000000abcdefgh'),
      url.replace(`${shop.id}/`, `${shop.id}/../${shop.id}/./x/`),
    ]) {
      const answer = await get(elsewhere);
      expect([elsewhere, answer.status]).toEqual([elsewhere, 404]);
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
    const posted = await get(`${CONTENT}/api/customers`, {
      method: 'POST',
      headers: { authorization: `Bearer ${shop.sk}`, 'content-type': 'application/json' },
      body: '{"email":"ada@example.com"}',
    });
    expect(posted.status).toBe(404);
    expect(posted.headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
  });

  it('has its own bucket among what is looked after', async () => {
    expect((await call('GET', '/health')).body.bindings.files).toBe('ok');
  });
});

describe('images of other projects, and of the other mode,', () => {
  it('are apart: not listed, not deleted, and of other addresses for the same file', async () => {
    const other = await createEnvironment();
    const live: TestEnvironment = { ...shop, mode: 'live' };
    const file = newPicture();
    const own = await uploaded(shop, file);
    const copies = [await uploaded(other, file), await uploaded(live, file)];
    for (const [index, environment] of [other, live].entries()) {
      const copy = copies[index];
      expect(copy.id).not.toBe(own.id);
      expect(copy.url.slice(-76)).not.toBe(own.url.slice(-76));
      expect((await remove(environment, own.id)).body.code).toBe('image_not_found');
      const { images } = await manage('GET', pathOf(environment));
      expect(images.map(({ id }: { id: string }) => id)).toEqual([copy.id]);
      expect((await remove(environment, copy.id)).body).toEqual({ success: true });
    }
    expect(await statusAt(own.url)).toBe(200);
  });
});

describe('a deleted image', () => {
  it('is gone from its addresses, and the same file can be uploaded again', async () => {
    const file = newPicture();
    const image = await uploaded(shop, file);
    expect((await remove(shop, image.id)).status).toBe(200);
    for (const url of [image.url, image.smallUrl]) expect(await statusAt(url)).toBe(404);
    expect((await remove(shop, image.id)).body.code).toBe('image_not_found');
    const again = await uploaded(shop, file);
    expect([again.id === image.id, again.url === image.url]).toEqual([false, false]);
    expect(await statusAt(again.url)).toBe(200);
  });

  it('and what was uploaded are in the audit log', async () => {
    const { id } = await uploaded(shop);
    await remove(shop, id);
    const { entries } = await manage('GET', `/api/projects/${shop.id}/test/audit`);
    const acts = entries.filter(({ subject }: { subject: string }) => subject === id);
    expect(acts.map(({ action }: { action: string }) => action)).toEqual([
      'image.deleted',
      'image.uploaded',
    ]);
  });
});

describe('what a crash left', () => {
  const later = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
  /** An upload whose Worker dies after the files are written. */
  async function leftBehind(environment: TestEnvironment) {
    const { id: projectId, mode } = environment;
    const upload = {
      id: deps.newId('img_'),
      sourceHash: crypto.randomUUID(),
      name: 'a'.repeat(64),
    };
    await projectOf(environment).images().begin(upload, Date.now());
    for (const size of ['small', 'large'])
      await bindings.FILES.put(`${projectId}/${mode}/${upload.name}-${size}.webp`, 'x');
    return upload;
  }

  it('is deleted when the upload is surely over, and can not be finished then', async () => {
    const other = await createEnvironment();
    const upload = await leftBehind(other);
    expect(await keysOf(other)).toHaveLength(2);
    later(UPLOAD_MS + 1000);
    await runInDurableObject(projectOf(other), (object) => object.alarm());
    expect(await keysOf(other)).toEqual([]);
    const act = { actor: 'test', nowMs: Date.now() };
    const late = await projectOf(other).images().finish(upload, { width: 1, height: 1 }, act);
    expect(late).toMatchObject({ ok: false, code: 'temporarily_unavailable' });
  });

  it('of a deleted project is deleted, too, before it is forgotten', async () => {
    const other = await createEnvironment();
    await uploaded(other);
    await uploaded({ ...other, mode: 'live' });
    await leftBehind(other);
    expect(await keysOf(other)).toHaveLength(6);
    await manage('DELETE', `/api/projects/${other.id}`);
    // A part of the upload comes late.
    await bindings.FILES.put(`${other.id}/test/${'b'.repeat(64)}-small.webp`, 'x');
    later(UPLOAD_MS + 1000);
    await runUpkeep(deps);
    expect(await keysOf(other)).toEqual([]);
    const state = await bindings.DIRECTORY.prepare('SELECT state FROM project WHERE id = ?')
      .bind(other.id)
      .first('state');
    expect(state).toBe('deleted');
  });
});
