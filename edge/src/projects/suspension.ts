import { PLATFORM_PROJECT } from '../auth/keys.ts';

/** Whether a project may be suspended: every one but the platform's own. */
export const maySuspend = (projectId: string): boolean => projectId !== PLATFORM_PROJECT;

/** Whether an environment admits no call of its keys and sessions. The platform's own always does. */
export const isSuspended = ({
  projectId,
  suspendedAtMs,
}: {
  projectId: string;
  suspendedAtMs: number | null;
}): boolean => suspendedAtMs !== null && maySuspend(projectId);
