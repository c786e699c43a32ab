import type { Mode, Project } from '@dream/contract';
import type { Call } from './api.ts';
import type { Params } from './routes.ts';

/** What the shell gives every page. */
export interface Context {
  edge: string;
  call: Call;
  params: Params;
  /** The first of the projects, and the one of the path. */
  projects: readonly Project[];
  /** Whether there are more projects than these. */
  hasMoreProjects: boolean;
  /** The project and environment of the path; on pages of no project there is none. */
  project: Project | null;
  mode: Mode;
  /** Reads the projects again, after one was made, renamed or deleted. */
  reloadProjects: () => Promise<void>;
}
