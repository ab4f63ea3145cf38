/** The lessons, in their order: every file `src/lessons/N_name.md`. Nothing else lists them. */
import type { Lesson, LessonHead } from '../../lessons/types.ts';
import { search } from '../state/settings.ts';

const heads = import.meta.glob<LessonHead>('../../lessons/*.md', { eager: true, query: '?head', import: 'default' });
const files = import.meta.glob<Lesson>('../../lessons/*.md', { import: 'default' });

export const lessons: readonly LessonHead[] = Object.values(heads).sort((a, b) => a.number - b.number);

/** Rejects where the lesson's file cannot be fetched. */
export async function loadLesson({ id, number }: LessonHead): Promise<Lesson> {
  const path = Object.keys(files).find((one) => one.endsWith(`/${number}_${id}.md`));
  if (path === undefined) throw new Error(`There is no lesson ${id}`);
  return files[path]();
}

/** The address of a lesson. `elsewhere` is what other views show, as their part of the address. */
export function lessonSearch(id: string, elsewhere: string): string {
  return search([['view', 'learn'], ...new URLSearchParams(elsewhere), ['lesson', id]]);
}
