/** Turns an order into SQL: `order by`, the values that mark a place in it, and the condition "after this place". */
import { is, type SQL, sql } from 'drizzle-orm';
import { PgColumn } from 'drizzle-orm/pg-core';

/** One step of an order. A column tells its type and whether it may be null; an expression must be told. */
export type SortStep = {
  readonly by: PgColumn | SQL;
  readonly direction: 'asc' | 'desc';
  /** SQL type of an expression, e.g. 'bigint'. Columns know theirs. */
  readonly type?: string;
  /** An expression that is never null says false: an index can then serve it. Columns know it. */
  readonly nullable?: boolean;
  /** Where rows without a value stand. Default last, in both directions. */
  readonly nulls?: 'first' | 'last';
};

type Step = {
  readonly expression: SQL;
  readonly type: SQL;
  readonly direction: 'asc' | 'desc';
  readonly nullable: boolean;
  readonly nulls: 'first' | 'last';
};
export type Order = {
  readonly orderBy: SQL;
  /** Each step as text, as PostgreSQL prints it: nothing is lost on the way through JavaScript (microseconds, bigints). */
  readonly marks: readonly SQL<string | null>[];
  /** The rows behind the place with these marks. */
  readonly after: (marks: readonly (string | null)[]) => SQL;
};

/** Steps must end with something unique that is never null. */
export function compileOrder(steps: readonly SortStep[]): Order {
  const compiled = steps.map(compileStep);
  return {
    orderBy: sql.join(compiled.map(orderStep), sql`, `),
    marks: compiled.map(({ expression }) => sql<string | null>`(${expression})::text`),
    after: (marks) => afterPlace(compiled, marks),
  };
}

function compileStep({ by, direction, type, nullable, nulls = 'last' }: SortStep): Step {
  const isColumn = is(by, PgColumn);
  return {
    expression: sql`${by}`,
    // A type is written by the programmer of a store, never by a caller.
    type: sql.raw(type ?? (isColumn ? by.getSQLType() : 'text')),
    direction,
    nullable: nullable ?? (isColumn ? !by.notNull : true),
    nulls,
  };
}

/** NULLS LAST is said only where there may be nulls: with it, PostgreSQL does not see that a plain descending index fits. */
function orderStep({ expression, direction, nullable, nulls }: Step): SQL {
  return sql`${expression} ${sql.raw(direction)}${nullable ? sql.raw(` nulls ${nulls}`) : sql``}`;
}

function afterPlace(steps: readonly Step[], marks: readonly (string | null)[]): SQL {
  const [first] = steps;
  const uniform = steps.every(({ nullable, direction }) => !nullable && direction === first?.direction);
  if (first === undefined) return sql`true`;
  if (uniform) return rowComparison(steps, first.direction, marks);

  const alternatives = steps.map((step, index) => {
    const equal = steps.slice(0, index).map((earlier, at) => equals(earlier, marks[at] ?? null));
    return sql`(${sql.join([...equal, follows(step, marks[index] ?? null)], sql` and `)})`;
  });
  const any = sql`(${sql.join(alternatives, sql` or `)})`;
  // Says nothing new, but lets an index on the first step start at the place instead of at the beginning.
  const bound = first.nullable
    ? null
    : sql`${first.expression} ${sql.raw(first.direction === 'asc' ? '>=' : '<=')} ${placed(first, marks[0] ?? null)}`;
  return bound === null ? any : sql`(${bound} and ${any})`;
}

/** One range of the index, whatever the number of steps. */
function rowComparison(steps: readonly Step[], direction: 'asc' | 'desc', marks: readonly (string | null)[]): SQL {
  const left = sql.join(
    steps.map(({ expression }) => expression),
    sql`, `,
  );
  const right = sql.join(
    steps.map((step, index) => placed(step, marks[index] ?? null)),
    sql`, `,
  );
  return sql`(${left}) ${sql.raw(direction === 'asc' ? '>' : '<')} (${right})`;
}

function placed({ type }: Step, mark: string | null): SQL {
  return sql`${mark}::${type}`;
}

function equals(step: Step, mark: string | null): SQL {
  return mark === null ? sql`${step.expression} is null` : sql`${step.expression} = ${placed(step, mark)}`;
}

function follows(step: Step, mark: string | null): SQL {
  const { expression, direction, nullable, nulls } = step;
  if (mark === null) return nulls === 'last' ? sql`false` : sql`${expression} is not null`;
  const beyond = sql`${expression} ${sql.raw(direction === 'asc' ? '>' : '<')} ${placed(step, mark)}`;
  return nullable && nulls === 'last' ? sql`(${beyond} or ${expression} is null)` : beyond;
}
