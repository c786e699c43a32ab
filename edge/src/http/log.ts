/** The only fields that reach a log. Bodies, headers, keys and e-mails are not among them. */
export interface LogFields {
  event: string;
  requestId?: string;
  path?: string;
  status?: number;
  projectId?: string;
  mode?: string;
  jobKind?: string;
  error?: string;
}

/** Anything that looks like a key or token is cut, wherever it got in. */
const SECRETS = /\b((sk|pk|rk|op|ac|whsec|rt)_|sealed\.)[\w.+/=-]{6,}|ey[\w-]{10,}\.[\w.-]+/g;

/** Writes one structured line, of allowed fields only. */
export function log(level: 'info' | 'error', fields: LogFields): void {
  const { event, requestId, path, status, projectId, mode, jobKind } = fields;
  const error = fields.error?.replace(SECRETS, '[cut]').slice(0, 500);
  console[level](
    JSON.stringify({ level, event, requestId, path, status, projectId, mode, jobKind, error }),
  );
}
