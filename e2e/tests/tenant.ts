import { readFileSync } from 'node:fs';
import { local, testEmail } from './stack.ts';

export const { operatorSecret } = JSON.parse(
  readFileSync(process.env.DREAM_SECRETS ?? '', 'utf8'),
) as {
  operatorSecret: string;
};

/** Asks the edge, with a key or the operator's secret. */
export async function ask(
  method: string,
  path: string,
  secret: string,
  body?: object,
): Promise<any> {
  const answer = await fetch(local.edge + path, {
    method,
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return answer.json();
}

/** A project of another developer, in test mode. */
export interface Tenant {
  id: string;
  pk: string;
  sk: string;
}

/** Another developer's project, with one free tier. */
export async function newTenant(): Promise<Tenant> {
  const { project } = await ask('POST', '/api/projects', operatorSecret, {
    name: 'Quills',
    ownerEmail: testEmail(),
  });
  await ask('PUT', `/api/projects/${project.id}/test/tiers/free`, operatorSecret, {
    displayName: 'Free',
    features: [{ kind: 'metered', name: 'requests', limitUnits: 5 }],
    isDefault: true,
  });
  const { secret } = await ask('POST', `/api/projects/${project.id}/test/keys`, operatorSecret, {});
  return { id: project.id, pk: project.publishableKeys.test, sk: secret };
}
