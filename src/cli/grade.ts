/** `grade TASK --source FILE`: a task's goals, each met or missed, with what was counted and the line to look at. */

import { Failure, Refusal, sentence } from '../core/errors.ts';
import { documentHead } from '../lab/document.ts';
import { findTask, type Grade, type GradedGoal, grade as gradeAnswer, type Task, tasks } from '../tasks/index.ts';
import { choose, type FlagSpecs, parseFlags } from './args.ts';
import type { JsonTarget } from './document.ts';
import { readSource } from './edited-source.ts';
import { ProgressLine } from './progress.ts';
import { EXIT, exitOf, Session, type Surroundings } from './session.ts';
import { adapterLine, asSentence, wrap } from './text.ts';

export const GRADE_HELP = `npm run grade -- TASK [flags]

Grades an answer to a task: its verdict, what the sanitizer finds, and the task's goals on the counters of its trace,
with the line to look at. "npm run grade -- list" lists the tasks.

  --source FILE    the answer: WGSL with a header, as the page exports it; without it, prints the text that the task
                   begins with, to stdout
  --host NAME      chrome or dawn (chrome)
  --adapter NAME   default, swiftshader or lavapipe; "default" is a hardware adapter where there is one
  --json FILE|-    writes the grade as JSON; with "-" to stdout, and the text to stderr

Exit status: 0 all goals are met, 1 some are not or it could not be graded, 2 the request was unusable, 3 there is no
adapter.
`;

const FLAGS: FlagSpecs = { source: {}, host: {}, adapter: {}, json: {}, help: { boolean: true } };
const LIST = 'list';

export async function grade(argv: readonly string[], around: Surroundings, json: JsonTarget): Promise<number> {
  const args = parseFlags(argv, FLAGS);
  const [name, ...more] = args.positionals;
  if (name === undefined || more.length > 0)
    throw new Refusal('grade takes one task: npm run grade -- list lists them.');
  const extra = ['host', 'adapter', 'json'].find((flag) => args.has(flag));
  if (extra !== undefined && !args.has('source'))
    throw new Refusal(`--${extra} belongs to an answer that is graded: name its file with --source.`);
  if (name === LIST) {
    if (args.has('source')) throw new Refusal('list takes no --source: name the task that it answers.');
    around.stdout.write(list());
    return EXIT.correct;
  }
  const id = choose(
    name,
    tasks.map((task) => task.id),
    'task',
  );
  const task = findTask(id) as Task;
  const path = args.value('source');
  if (path === undefined) {
    around.stdout.write(task.start);
    return EXIT.correct;
  }
  const source = readSource(path);
  const session = new Session(args, around);
  const progress = new ProgressLine(around.stderr);
  let graded: Grade | null = null;
  let failure: Failure | null = null;
  try {
    progress.note(`Opening ${session.name}...`);
    await session.device();
    graded = await gradeAnswer(task, source, {
      call: (method, params) => session.call(method, params),
    });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    failure = error;
  } finally {
    progress.clear();
    await session.drop();
  }
  const sink = json.isStdout ? around.stderr : around.stdout;
  const adapter = session.report?.adapter ?? null;
  const error = failure ? asSentence(sentence(failure)) : null;
  if (graded) sink.write(`${adapterLine(session.name, adapter)}\n${text(task, graded)}`);
  if (error !== null) around.stderr.write(`${error}\n`);
  const results = graded ? [{ task: id, passed: graded.passed, reason: graded.reason, goals: graded.goals }] : [];
  json.write({ ...documentHead(), command: 'grade', host: session.name, adapter, error, results });
  if (failure) return exitOf(failure);
  return graded?.passed ? EXIT.correct : EXIT.wrong;
}

function text({ title }: Task, { passed, reason, goals }: Grade): string {
  const state = passed ? 'passed' : reason === null ? 'not passed' : 'not graded';
  const why = reason === null ? '' : `${wrap(`  ${asSentence(reason)}`, '  ').join('\n')}\n`;
  const lines = goals.flatMap((goal) => wrap(`${mark(goal)} ${goal.text}${counted(goal)}`, '         '));
  return `${title}: ${state}\n${why}${lines.join('\n')}\n`;
}

function mark({ state }: GradedGoal): string {
  return { met: '  met   ', missed: '  missed', unknown: '  ?     ' }[state];
}

function counted({ value, line }: GradedGoal): string {
  return `${value === '' ? '' : `: ${value}`}${line === null ? '' : ` (line ${line})`}`;
}

function list(): string {
  const width = Math.max(...tasks.map(({ id }) => id.length));
  return `${tasks.map(({ id, level, title }) => `${id.padEnd(width)}  ${level.padEnd(11)}  ${title}`).join('\n')}\n`;
}
