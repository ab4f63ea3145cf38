/**
 * Which task the reader is at, and its form in the address bar: ?view=tasks&task=coalesce. Which tasks there are is known only
 * once the view is loaded, and the view says what it does not have.
 */
import { Reader } from '../../state/reader.ts';
import { type Parsed, search } from '../../state/settings.ts';

export interface TasksSettings {
  /** Id of a task; "" for the first one. */
  readonly task: string;
  /** What other views show, as their part of the address: carried along for the way back. */
  readonly elsewhere: string;
}

export function tasksFromSearch(address: string): Parsed<TasksSettings> {
  const reader = new Reader(address);
  const settings = { task: reader.id('task'), elsewhere: reader.besides(['task']) };
  return { settings, notices: reader.notices };
}

export function tasksSearch({ task, elsewhere }: TasksSettings): string {
  return search([
    ['view', 'tasks'],
    ...new URLSearchParams(elsewhere),
    ...(task === '' ? [] : [['task', task] as const]),
  ]);
}
