import { describe, expect, it } from 'vitest';
import { call, OPERATOR } from './harness.ts';

const uniqueEmail = () => `${crypto.randomUUID()}@example.com`;

function create(body: object, key?: string) {
  return call('POST', '/api/projects', {
    key: OPERATOR,
    body,
    ...(key !== undefined && { headers: { 'idempotency-key': key } }),
  });
}

const projectsOf = async (accountId: string): Promise<{ id: string }[]> => {
  const { body } = await call('GET', '/api/projects', { key: OPERATOR });
  return body.projects.filter((project: { accountId: string }) => project.accountId === accountId);
};

describe('creating a project', () => {
  it('again with the same key gives the same project', async () => {
    const key = crypto.randomUUID();
    const body = { name: 'Once', ownerEmail: uniqueEmail() };
    const first = await create(body, key);
    const second = await create(body, key);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(await projectsOf(first.body.project.accountId)).toHaveLength(1);
  });

  it('with a used key and another body is a conflict, and makes nothing', async () => {
    const key = crypto.randomUUID();
    const body = { name: 'One', ownerEmail: uniqueEmail() };
    const first = await create(body, key);
    const second = await create({ ...body, name: 'Other' }, key);
    expect([second.status, second.body.code]).toEqual([409, 'idempotency_conflict']);
    expect(await projectsOf(first.body.project.accountId)).toHaveLength(1);
  });

  it('twice at once with one key makes one project, and answers it to both', async () => {
    const key = crypto.randomUUID();
    const body = { name: 'Twins', ownerEmail: uniqueEmail() };
    const [one, other] = await Promise.all([create(body, key), create(body, key)]);
    expect([one.status, other.status]).toEqual([201, 201]);
    expect(one.body).toEqual(other.body);
    expect(await projectsOf(one.body.project.accountId)).toHaveLength(1);
  });

  it('without a key makes a new one each time', async () => {
    const body = { name: 'Many', ownerEmail: uniqueEmail() };
    const first = await create(body);
    await create(body);
    expect(await projectsOf(first.body.project.accountId)).toHaveLength(2);
  });

  it('of the platform itself works once, and for a repeat of its key', async () => {
    const key = crypto.randomUUID();
    const body = { id: 'prj_dream', name: 'dream', ownerEmail: uniqueEmail() };
    expect((await create(body, key)).body.project.id).toBe('prj_dream');
    expect((await create(body, key)).body.project.id).toBe('prj_dream');
    for (const answer of [await create(body), await create(body, crypto.randomUUID())])
      expect([answer.status, answer.body.code]).toEqual([409, 'project_exists']);
  });
});
