/** Rules in words, for those nobody named. Pure. */
import type { z } from 'zod';
import type { Rule } from '../../data-quality/contract.ts';

type DoorRule = z.output<typeof Rule>;
const longestName = 200;

/** A rule in words, until its maker finds better ones. */
export function wordsOfRule(rule: DoorRule): string {
  return `${sentenceOf(rule)}${rule.scope === undefined ? '' : `, where ${rule.scope}`}`.slice(0, longestName);
}

function sentenceOf(rule: DoorRule): string {
  switch (rule.kind) {
    case 'notMissing':
      return `${rule.column} is never missing`;
    case 'type':
      return `${rule.column} is of type ${rule.type}`;
    case 'range':
      return `${rule.column} is ${boundWords(rule)}`;
    case 'length':
      return `the length of ${rule.column} is ${boundWords(rule)}`;
    case 'set':
      return `${rule.column} is one of ${listed(rule.values)}`;
    case 'pattern':
      return `${rule.column} matches ${rule.pattern}`;
    case 'uniqueKey':
      return `${listed(rule.columns)} ${rule.columns.length === 1 ? 'is' : 'are'} unique`;
    case 'compare':
      return `${rule.left} ${rule.operator} ${rule.right}`;
    case 'crossColumn':
      return rule.expression;
    case 'dependency':
    case 'functionalDependency':
      return `${listed(rule.determinant)} ${rule.determinant.length === 1 ? 'decides' : 'decide'} ${rule.dependent}`;
    case 'foreignKey':
      return `${listed(rule.columns)} ${rule.columns.length === 1 ? 'is' : 'are'} found in ${rule.source}`;
    case 'sameInSource':
      return `${listed(rule.columns)} ${rule.columns.length === 1 ? 'is' : 'are'} the same in ${rule.source}`;
    case 'freshness':
      return `${rule.column} is no older than ${Math.round(rule.maxAgeMs / 60_000)} minutes`;
    case 'rowCount':
      return `the number of rows is ${boundWords(rule)}`;
    case 'distribution':
      return `${rule.measure} of ${rule.column} against ${rule.source} is at most ${rule.most}`;
    case 'customAggregate':
      return `${rule.expression} is ${boundWords(rule)}`;
  }
}

function boundWords({ min, max }: { readonly min?: number | undefined; readonly max?: number | undefined }): string {
  if (min !== undefined && max !== undefined) return min === max ? `${min}` : `between ${min} and ${max}`;
  if (min !== undefined) return `at least ${min}`;
  return max === undefined ? 'anything' : `at most ${max}`;
}

const shownParts = 5;
function listed(parts: readonly string[]): string {
  const shown = parts.slice(0, shownParts).join(', ');
  return parts.length > shownParts ? `${shown} and ${parts.length - shownParts} more` : shown;
}
