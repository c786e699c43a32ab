import type { Mode } from '@dream/contract';
import type { Context } from './context.ts';
import { inEnvironment, paths } from './paths.ts';
import { icons } from './ui/icons.ts';
import type { Navigation, NavigationItem } from './ui/shell.ts';

/** Where one can go from a page. */
export function navigationOf(pathname: string, section: string, context: Context): Navigation {
  const { project, mode, projects, hasMoreProjects } = context;
  const home: NavigationItem = {
    id: 'projects',
    words: 'All projects',
    href: paths.projects(),
    icon: icons.projects,
  };
  const totals: NavigationItem = {
    id: 'totals',
    words: 'Totals',
    href: paths.totals('live'),
    icon: icons.metrics,
  };
  const plan: NavigationItem = {
    id: 'plan',
    words: 'Your plan',
    href: paths.plan(),
    icon: icons.stripe,
  };
  // Only operators are told of the platform's own project.
  const isOperator = projects.some(({ id }) => id === 'prj_dream');
  const operator = isOperator ? [{ title: 'Run the platform', items: operating }] : [];
  const other = (to: Mode) => (project ? inEnvironment(pathname, project.id, to) : '');
  return {
    home: paths.projects(),
    account: paths.account(),
    current: section,
    projects: [
      ...projects.map(({ id, name }) => ({ id, name, href: paths.overview(id, mode) })),
      ...(hasMoreProjects ? [{ id: '', name: 'Another project…', href: paths.projects() }] : []),
    ],
    project: project?.id ?? null,
    modes: project ? { current: mode, test: other('test'), live: other('live') } : null,
    groups: project
      ? [
          { title: '', items: itemsOf(project.id, mode) },
          { title: 'Sell', items: sellingOf(project.id, mode) },
          { title: 'Set up', items: setUpOf(project.id, mode) },
          { title: '', items: [home, totals, plan] },
          ...operator,
        ]
      : [{ title: '', items: [home, totals, plan] }, ...operator],
  };
}

const operating: NavigationItem[] = [
  {
    id: 'operatorProjects',
    words: 'Every account',
    href: paths.operatorProjects(),
    icon: icons.projects,
  },
  {
    id: 'operatorHealth',
    words: 'Inboxes and outboxes',
    href: paths.operatorHealth(),
    icon: icons.audit,
  },
];

const itemsOf: Items = (project, mode) => [
  item('overview', 'Overview', project, mode),
  item('metrics', 'Metrics', project, mode),
  item('customers', 'Customers', project, mode),
  item('integrate', 'Integrate', project, mode),
];

const sellingOf: Items = (project, mode) => [
  item('tiers', 'Tiers', project, mode),
  item('products', 'Products', project, mode),
  item('orders', 'Orders', project, mode),
  item('store', 'Store settings', project, mode),
];

const setUpOf: Items = (project, mode) => [
  item('keys', 'Keys', project, mode),
  item('origins', 'Origins', project, mode),
  item('stripe', 'Stripe', project, mode),
  item('webhooks', 'Webhooks', project, mode),
  item('clerk', 'Own Clerk app', project, mode),
  item('turnstile', 'Turnstile', project, mode),
  { id: 'promote', words: 'Promote to live', href: paths.promote(project), icon: icons.promote },
  item('requests', 'Requests', project, mode),
  item('audit', 'Audit log', project, mode),
  item('settings', 'Settings', project, mode),
];

type Items = (project: string, mode: Mode) => NavigationItem[];

const item = (
  id: Exclude<keyof typeof paths & keyof typeof icons, 'projects' | 'account'>,
  words: string,
  project: string,
  mode: Mode,
): NavigationItem => ({ id, words, href: paths[id](project, mode), icon: icons[id] });
