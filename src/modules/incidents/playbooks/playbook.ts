/** A playbook from its text: parsed, checked against its schema, the actions there are, and its own examples. */
import { LineCounter, type Node, parseDocument } from 'yaml';
import type { z } from 'zod';
import { isProblem } from '../../../contract/problem.ts';
import { actionOf } from '../acts/act.ts';
import { Playbook, type PlaybookCheck, type PlaybookCondition, type PlaybookFacts, type PlaybookStep } from '../contract.ts';
import { isAtLeast } from '../response-settings.ts';

type Issue = PlaybookCheck['issues'][number];

/** What stands for a value of the incident, and a value of its kind to try the action with. */
const samples: ReadonlyMap<string, string> = new Map([
  ['$assetId', '0190a0de-0000-7000-8000-000000000001'],
  ['$clientId', 'client'],
  ['$modelId', 'model'],
  ['$inputSha256', '0'.repeat(64)],
]);

/** Reads and judges a text. Never throws: what is wrong is an issue with its line. */
export function checkText(text: string): PlaybookCheck {
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, { lineCounter: lines, strict: true, uniqueKeys: true });
    const [broken] = document.errors;
    if (broken !== undefined)
      return wrong([{ path: '', line: broken.linePos?.[0].line ?? null, message: (broken.message.split('\n')[0] ?? '').slice(0, 500) }]);
    const value: unknown = document.toJS({ maxAliasCount: 0 });
    const parsed = Playbook.safeParse(value);
    const lineOf = (path: readonly PropertyKey[]): number | null => {
      for (let depth = path.length; depth >= 0; depth -= 1) {
        const node = document.getIn(path.slice(0, depth), true) as Node | undefined;
        if (node?.range) return lines.linePos(node.range[0]).line;
      }
      return null;
    };
    if (!parsed.success) return wrong(parsed.error.issues.slice(0, 50).map((issue) => issueOf(issue, lineOf(issue.path))));
    const issues = judge(parsed.data).map(({ path, message }) => ({ path: path.join('.'), line: lineOf(path), message }));
    return issues.length === 0 ? { valid: true, issues: [], playbook: parsed.data } : wrong(issues);
  } catch (error) {
    // Nesting too deep for the parser, aliases: no playbook needs them.
    return wrong([{ path: '', line: null, message: error instanceof Error ? error.message.slice(0, 500) : 'This cannot be read.' }]);
  }
}

function wrong(issues: Issue[]): PlaybookCheck {
  return { valid: false, issues, playbook: null };
}
function issueOf({ path, message }: z.core.$ZodIssue, line: number | null): Issue {
  return { path: path.join('.'), line, message };
}

/** What the schema cannot say: actions exist, their parameters fit, the examples are as they say. */
export function judge(playbook: Playbook): { path: (string | number)[]; message: string }[] {
  const steps = playbook.steps.flatMap((step, at) => {
    const message = stepProblem(step);
    return message === null ? [] : [{ path: ['steps', at], message }];
  });
  const missed = playbook.examples.matches.flatMap((facts, at) =>
    fits(playbook.when, facts) ? [] : [{ path: ['examples', 'matches', at], message: 'This example does not match.' }],
  );
  const surplus = playbook.examples.ignores.flatMap((facts, at) =>
    fits(playbook.when, facts) ? [{ path: ['examples', 'ignores', at], message: 'This example matches, and should not.' }] : [],
  );
  return [...steps, ...missed, ...surplus];
}

function stepProblem({ action, parameters }: PlaybookStep): string | null {
  try {
    actionOf(action).parse(fill(parameters, samples));
    return null;
  } catch (error) {
    if (isProblem(error)) return error.message;
    throw error;
  }
}

/** Parameters with `$assetId` and the like replaced by what they stand for; what is not known falls away. Only whole values are replaced. */
export function fill(parameters: PlaybookStep['parameters'], values: ReadonlyMap<string, string>): PlaybookStep['parameters'] {
  const named = Object.entries(parameters).flatMap(([name, value]): [string, PlaybookStep['parameters'][string]][] => {
    if (typeof value !== 'string' || !samples.has(value)) return [[name, value]];
    const known = values.get(value);
    return known === undefined ? [] : [[name, known]];
  });
  return Object.fromEntries(named);
}

/** Does a condition hold? Every field that it names must; what is not known of an asset does not match. Pure. */
export function fits({ category, severityAtLeast, source, asset }: PlaybookCondition, facts: PlaybookFacts): boolean {
  if (category !== undefined && !category.includes(facts.category)) return false;
  if (severityAtLeast !== undefined && !isAtLeast(facts.severity, severityAtLeast)) return false;
  if (source !== undefined && !source.includes(facts.source)) return false;
  return asset === undefined || (facts.asset !== null && fitsAsset(asset, facts.asset));
}

function fitsAsset(wanted: NonNullable<PlaybookCondition['asset']>, asset: NonNullable<PlaybookFacts['asset']>): boolean {
  const has = (words: readonly string[] | undefined, value: string | null): boolean =>
    words === undefined || (value !== null && words.includes(value));
  return (
    has(wanted.type, asset.type) &&
    has(wanted.environment, asset.environment) &&
    has(wanted.criticality, asset.criticality) &&
    has(wanted.riskLevel, asset.riskLevel) &&
    has(wanted.owner, asset.owner) &&
    (wanted.tag === undefined || wanted.tag.some((word) => asset.tags.includes(word)))
  );
}
