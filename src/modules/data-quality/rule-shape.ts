/** What a rule looks like in a request. */
import { z } from 'zod';
import { Severity } from '../../contract/severity.ts';

const columnName = z.string().max(1000);
const columns = z.array(columnName).min(1).max(8);
const bound = z.number().optional();
const sourceName = z.string().min(1).max(100).describe('Name of one of the further tables of the request.');
const expression = z.string().min(1).max(2000);

const facts = {
  id: z.string().min(1).max(200).optional().describe('Given back with the finding.'),
  severity: Severity.optional(),
  owner: z.string().max(200).optional(),
  scope: expression.optional().describe('A condition over the row; rows that do not meet it are not looked at.'),
  tolerance: z
    .strictObject({ share: z.number().min(0).max(1).optional(), count: z.int().min(0).optional() })
    .optional()
    .describe('How much may fail: either bound is enough. Left out: nothing.'),
} as const;
const dependency = { ...facts, determinant: columns, dependent: columnName } as const;
const bounds = { min: bound, max: bound } as const;

export const Rule = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('type'), ...facts, column: columnName, type: z.enum(['integer', 'number', 'boolean', 'time', 'text']) }),
  z.strictObject({ kind: z.literal('range'), ...facts, column: columnName, ...bounds }),
  z.strictObject({ kind: z.literal('set'), ...facts, column: columnName, values: z.array(z.string()).min(1).max(1000) }),
  z.strictObject({ kind: z.literal('length'), ...facts, column: columnName, ...bounds }),
  z.strictObject({
    kind: z.literal('pattern'),
    ...facts,
    column: columnName,
    pattern: z.string().min(1).max(500).describe('RE2; the whole cell must match.'),
  }),
  z.strictObject({
    kind: z.literal('notMissing'),
    ...facts,
    column: columnName,
    placeholders: z.boolean().optional().describe('Words like NA count as missing too.'),
  }),
  z.strictObject({ kind: z.literal('uniqueKey'), ...facts, columns }),
  z.strictObject({ kind: z.literal('foreignKey'), ...facts, columns, source: sourceName, referenced: columns }),
  z.strictObject({
    kind: z.literal('sameInSource'),
    ...facts,
    source: sourceName,
    key: columns,
    columns: z.array(columnName).min(1).max(50),
    absolute: z.number().min(0).optional(),
    relative: z.number().min(0).optional(),
  }),
  z.strictObject({
    kind: z.literal('compare'),
    ...facts,
    left: columnName,
    operator: z.enum(['<', '<=', '=', '>=', '>', '!=']),
    right: columnName,
  }),
  z.strictObject({
    kind: z.literal('crossColumn'),
    ...facts,
    expression: expression.describe(
      "A condition over the columns of a row, like: abs(net + tax - total) < 0.01 or state in ('draft', 'void')",
    ),
  }),
  z.strictObject({ kind: z.literal('dependency'), ...dependency }),
  z.strictObject({ kind: z.literal('functionalDependency'), ...dependency }),
  z.strictObject({
    kind: z.literal('freshness'),
    ...facts,
    column: columnName,
    asOf: z.iso.datetime({ offset: true }),
    maxAgeMs: z.number().positive(),
  }),
  z.strictObject({ kind: z.literal('rowCount'), ...facts, ...bounds }),
  z.strictObject({
    kind: z.literal('distribution'),
    ...facts,
    column: columnName,
    source: sourceName,
    measure: z.enum(['ks', 'normedWasserstein', 'psi', 'jensenShannon', 'totalVariation']),
    most: z.number().min(0),
  }),
  z.strictObject({
    kind: z.literal('customAggregate'),
    ...facts,
    expression: expression.describe('A number over all rows, like: mean(price) / max(price)'),
    ...bounds,
  }),
]);
