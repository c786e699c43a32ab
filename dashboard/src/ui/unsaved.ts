import { confirm } from './confirm.ts';

let isDirty: () => boolean = () => false;

/** Says how to know whether the page in view has changes that are saved nowhere. One page at a time. */
export function guardUnsaved(dirty: () => boolean): void {
  isDirty = dirty;
}

/** Nothing is to be guarded any more. */
export function releaseUnsaved(): void {
  isDirty = () => false;
}

/** Whether leaving now would lose something. */
export const hasUnsaved = (): boolean => isDirty();

/** Asks whether to leave what is not saved; true when nothing would be lost, or it may be. */
export async function mayLeave(): Promise<boolean> {
  if (!isDirty()) return true;
  const leave = await confirm({
    title: 'Leave without saving?',
    text: 'Your changes on this page are not saved yet.',
    action: 'Leave',
    danger: true,
    cancel: 'Stay',
  });
  if (leave) releaseUnsaved();
  return leave;
}

addEventListener('beforeunload', (event) => {
  if (isDirty()) event.preventDefault();
});
