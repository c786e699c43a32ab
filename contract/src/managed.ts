import type { ErrorCode } from './errors.ts';
import { KEY_ERRORS } from './errors.ts';
import { managementErrors, managers } from './projects.ts';
import type { Route } from './respond.ts';

const OF_SERVERS: ReadonlySet<ErrorCode> = new Set([...KEY_ERRORS, 'secret_key_required']);

/** The row of a route for servers, under `/api`, as those who manage the project have it. */
export function managed<R extends Route>(row: R, path = row.path): R {
  const ours = row.errors.filter((code) => !OF_SERVERS.has(code));
  return {
    ...row,
    path: path.replace('/api/', '/api/projects/:project/:mode/'),
    auth: managers,
    errors: [...new Set([...managementErrors, ...ours])],
  };
}
