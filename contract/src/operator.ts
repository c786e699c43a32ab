import * as v from 'valibot';
import { AtMs, Mode, pageOf, PageQuery, text } from './primitives.ts';
import { managementErrors, Project } from './projects.ts';
import { route } from './respond.ts';

const operators = ['operator'] as const;
const projectErrors = [...managementErrors, 'operator_required'] as const;
const errors = projectErrors.filter((code) => !code.startsWith('project_'));

/** A project as those see it who run the platform. The e-mail is the one the owner proved last. */
export const OperatorProject = v.object({
  ...Project.entries,
  ownerEmail: v.nullable(v.string()),
});
export type OperatorProject = v.InferOutput<typeof OperatorProject>;

export const listAllProjects = route({
  method: 'get',
  path: '/api/operator/projects',
  summary: 'Projects of all accounts, newest first, by name, id, account or e-mail of the owner.',
  auth: operators,
  query: v.object({
    ...PageQuery.entries,
    q: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(120))),
    suspended: v.optional(v.picklist(['true'], 'Must be "true", or left out.')),
  }),
  answer: pageOf('projects', OperatorProject),
  errors,
});

export const suspendProject = route({
  method: 'post',
  path: '/api/projects/:project/suspend',
  summary:
    "Suspend a project: within 10 s its keys and its customers' sessions are refused everywhere. Its data is kept, and events of Stripe are applied.",
  auth: operators,
  /** The project's developer reads it, and so does the audit log. */
  body: v.strictObject({ reason: text(200) }),
  answer: v.object({ project: Project }),
  errors: [...projectErrors, 'platform_protected', 'idempotency_key_invalid'],
});

export const resumeProject = route({
  method: 'post',
  path: '/api/projects/:project/resume',
  summary: 'End the suspension of a project. Resuming one that is not suspended is a success.',
  auth: operators,
  answer: v.object({ project: Project }),
  errors: [...projectErrors, 'platform_protected', 'idempotency_key_invalid'],
});

/**
 * What waits in an environment. Jobs: `open` are to be done, `overdue` should have been, `dead` were
 * given up. `waitingEvents` of Stripe are taken in and not applied, and somebody still fetches what they
 * name; `waitingDeliveries` to webhooks are on their way.
 */
export const EnvironmentHealth = v.object({
  projectId: v.string(),
  mode: Mode,
  /** Since when the directory knows of open work; null when it knows of none. */
  notedAtMs: v.nullable(AtMs),
  reached: v.boolean(),
  openJobs: v.number(),
  overdueJobs: v.number(),
  deadJobs: v.number(),
  waitingEvents: v.number(),
  waitingDeliveries: v.number(),
  /** Of jobs that are open or dead, the newest first: what they are, and why they failed. */
  failures: v.array(
    v.object({ kind: v.string(), state: v.string(), error: v.string(), atMs: AtMs }),
  ),
});
export type EnvironmentHealth = v.InferOutput<typeof EnvironmentHealth>;

export const getOperatorHealth = route({
  method: 'get',
  path: '/api/operator/health',
  summary:
    'Inboxes and outboxes: those of the platform, and of the environments whose work waits longest.',
  auth: operators,
  answer: v.object({
    /** How many environments have open work. */
    noted: v.number(),
    /** Events of Stripe accounts that no environment holds. */
    unclaimedEvents: v.number(),
    /** Deletions and creations of projects that are not finished. */
    halfDone: v.number(),
    environments: v.array(EnvironmentHealth),
  }),
  errors,
});
