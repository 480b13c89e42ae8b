/** Rows and columns handed over in a request, as the NDJSON that the reader takes: one way in for everything. */
import { dataProblems } from '../refusal.ts';

type InlineCell = string | number | boolean | null;
type Inline = {
  readonly rows?: readonly Readonly<Record<string, InlineCell>>[] | undefined;
  readonly columns?: readonly { readonly name: string; readonly values: readonly InlineCell[] }[] | undefined;
};

/** @throws data-quality.unreadable when columns differ in length or share a name. */
export function inlineJson({ rows, columns }: Inline): string {
  if (columns === undefined) return (rows ?? []).map((row) => JSON.stringify(row)).join('\n');
  const height = columns[0]?.values.length ?? 0;
  const uneven = columns.find(({ values }) => values.length !== height);
  if (uneven !== undefined)
    throw dataProblems.unreadable({
      reason: `column ${uneven.name.slice(0, 100)} has ${uneven.values.length} values, the first has ${height}.`,
    });
  if (new Set(columns.map(({ name }) => name)).size !== columns.length)
    throw dataProblems.unreadable({ reason: 'two columns have the same name.' });
  const names = columns.map(({ name }) => JSON.stringify(name));
  return Array.from(
    { length: height },
    (_, row) => `{${columns.map(({ values }, k) => `${names[k]}:${JSON.stringify(values[row])}`).join(',')}}`,
  ).join('\n');
}
