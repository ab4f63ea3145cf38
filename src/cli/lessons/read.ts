/**
 * From the Markdown of a lesson to its steps. A heading of the second level begins a step; fenced blocks "predict" and
 * "figure" hold YAML; `{{name}}` stands for a number of the head, which is filled in from what was recorded. It all happens
 * when the page is built: the page gets HTML that was made from the repository's own text.
 */
import { marked, type Token, type Tokens } from 'marked';
import { parse } from 'yaml';
import { evaluate, formatted } from '../../lessons/numbers.ts';
import type {
  Axis,
  Block,
  Choice,
  Figure,
  FirstQuestion,
  Lesson,
  LessonHead,
  Prediction,
  Step,
} from '../../lessons/types.ts';
import { Fields } from './fields.ts';
import { evidenceFrom, numberFrom } from './head.ts';
import type { Stored } from './stored.ts';

const HEAD = /^---\n([\s\S]*?)\n---\n/;
const NAME = /(\d+)_([a-z0-9_]+)\.md$/;

/** Throws an `Error` whose message names the place in the file. */
export function readHead(path: string, text: string): LessonHead {
  return headOf(path, yamlOf(text), text);
}

export function readLesson(path: string, text: string, stored: Stored): Lesson {
  const fields = yamlOf(text);
  const head = headOf(path, fields, text);
  const evidence = Object.fromEntries(fields.each('evidence').map(([id, one]) => [id, evidenceFrom(one, stored)]));
  const numbers = Object.fromEntries(fields.each('numbers').map(([name, one]) => [name, numberFrom(one, stored)]));
  const task = fields.has('task') ? fields.fields('task') : null;
  const explore = fields.fields('explore');
  const next = fields.list('next').map((value, at) => {
    const one = Fields.from(value, `next[${at}]`);
    return { title: one.text('title'), to: one.text('to') };
  });
  const filled = (markdown: string): string =>
    markdown.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
      const spec = numbers[name];
      if (!spec) throw new Error(`{{${name}}} is not a number of this lesson`);
      const value = evaluate(name, numbers, (id) => (evidence[id] ? stored.data(evidence[id]) : null));
      if (value === null) throw new Error(`{{${name}}} has no value in what was recorded`);
      return formatted(value, spec.as);
    });
  const inline = (markdown: string): string => marked.parseInline(filled(markdown), { async: false });
  const lesson = {
    ...head,
    evidence,
    numbers,
    steps: stepsOf(filled(text.replace(HEAD, '')), inline),
    task: task && { id: task.text('id'), html: inline(task.text('say')) },
    explore: { html: inline(explore.text('say')), link: explore.text('link') },
    next,
  };
  task?.end();
  explore.end();
  fields.end();
  return lesson;
}

function yamlOf(text: string): Fields {
  const [, head] = HEAD.exec(text) ?? [];
  if (head === undefined) throw new Error('it does not begin with a head between two lines of ---');
  return Fields.from(parse(head), 'head');
}

function headOf(path: string, fields: Fields, text: string): LessonHead {
  const [, number, id] = NAME.exec(path) ?? [];
  if (id === undefined) throw new Error('its name is not N_name.md');
  return {
    id,
    number: Number(number),
    title: fields.text('title'),
    minutes: fields.number('minutes'),
    question: fields.text('question'),
    first: firstOf(text),
    taskId: fields.has('task') ? fields.fields('task').text('id') : null,
  };
}

/** What the lesson asks first, where that is a choice and needs no number. */
function firstOf(text: string): FirstQuestion | null {
  const [, yaml] = /^```predict\n([\s\S]*?)^```/m.exec(text) ?? [];
  if (yaml === undefined) return null;
  const fields = Fields.from(parse(yaml), 'first prediction');
  const labels = fields.optionalList('choices').map((value) => Fields.from(value, 'first prediction').text('label'));
  if (labels.length === 0) return null;
  const ask = fields.text('ask');
  if (ask.includes('{{')) return null;
  return { id: fields.text('id'), askHtml: marked.parseInline(ask, { async: false }), labels };
}

function stepsOf(markdown: string, inline: (text: string) => string): readonly Step[] {
  const steps: { title: string; blocks: Block[] }[] = [];
  let prose: Token[] = [];
  const end = (): void => {
    const html = marked.parser(prose as Tokens.Generic[]).trim();
    prose = [];
    if (html === '') return;
    const step = steps.at(-1);
    if (!step) throw new Error('there is text before the first heading');
    step.blocks.push({ kind: 'prose', html });
  };
  for (const token of marked.lexer(markdown)) {
    if (token.type === 'heading' && token.depth === 2) {
      end();
      steps.push({ title: token.text, blocks: [] });
    } else if (token.type === 'code' && (token.lang === 'predict' || token.lang === 'figure')) {
      end();
      const place = `${token.lang} in "${steps.at(-1)?.title}"`;
      const fields = Fields.from(parse(token.text), place);
      steps
        .at(-1)
        ?.blocks.push(
          token.lang === 'predict'
            ? { kind: 'predict', predict: predictionFrom(fields, inline) }
            : { kind: 'figure', figure: figureFrom(fields, inline) },
        );
      fields.end();
    } else {
      prose.push(token);
    }
  }
  end();
  return steps;
}

function predictionFrom(fields: Fields, inline: (text: string) => string): Prediction {
  const choices = fields.optionalList('choices').map((value, at): Choice => {
    const one = Fields.from(value, `${fields.place}.choices[${at}]`);
    const choice = {
      label: one.text('label'),
      ...(one.has('is') ? { is: one.value('is') } : {}),
      ...(one.has('from') ? { from: one.number('from') } : {}),
      ...(one.has('to') ? { to: one.number('to') } : {}),
    };
    one.end();
    return choice;
  });
  let axis: Axis | null = null;
  if (fields.has('axis')) {
    const one = fields.fields('axis');
    axis = {
      from: one.number('from'),
      to: one.number('to'),
      scale: one.oneOf('scale', ['linear', 'log'], 'linear'),
      title: one.text('title'),
    };
    one.end();
  }
  if (choices.length === 0 && !axis) throw new Error(`${fields.place} has neither choices nor an axis`);
  return {
    id: fields.text('id'),
    askHtml: inline(fields.text('ask')),
    outcome: fields.text('outcome'),
    choices,
    axis,
    becauseHtml: inline(fields.text('because')),
  };
}

function figureFrom(fields: Fields, inline: (text: string) => string): Figure {
  const caption = { captionHtml: fields.has('caption') ? inline(fields.text('caption')) : '' };
  const kind = fields.text('kind') as Figure['kind'];
  switch (kind) {
    case 'request':
      return { ...caption, kind, of: fields.text('of'), access: fields.text('access') };
    case 'lines':
      return {
        ...caption,
        kind,
        of: fields.texts('of'),
        at: fields.text('at'),
        before: fields.has('before') ? fields.number('before') : 0,
        after: fields.has('after') ? fields.number('after') : 0,
      };
    case 'traffic':
      return { ...caption, kind, of: fields.texts('of') };
    case 'steps':
      return {
        ...caption,
        kind,
        of: fields.text('of'),
        rows: fields.numbers('rows'),
        lane: fields.has('lane') ? fields.number('lane') : 0,
      };
    case 'findings':
      return { ...caption, kind, of: fields.text('of') };
    case 'runs':
      return {
        ...caption,
        kind,
        of: fields.text('of'),
        only: fields.texts('only'),
        baseline: fields.optionalText('baseline'),
        measure: fields.optionalText('measure'),
      };
    case 'curve':
      return {
        ...caption,
        kind,
        of: fields.text('of'),
        x: fields.text('x'),
        title: fields.text('title'),
        measure: fields.text('measure'),
        scale: fields.oneOf('scale', ['linear', 'log'], 'linear'),
      };
    case 'samples':
    case 'verdict':
      return { ...caption, kind, of: fields.text('of'), run: fields.text('run') };
    case 'roofline':
      return { ...caption, kind, of: [fields.text('of'), fields.text('roofs')] };
    case 'probe':
      return { ...caption, kind, of: fields.text('of'), panel: fields.number('panel'), found: fields.texts('found') };
    default:
      kind satisfies never;
      throw new Error(`${fields.place} is of no kind that there is: ${kind}`);
  }
}
