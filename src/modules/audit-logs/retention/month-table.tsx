/** Terms in words, and where each month of the log lies. */
import { FieldList } from '../../../ui/field-list.tsx';
import { formatNumber, plural } from '../../../ui/format.ts';
import { InertText } from '../../../ui/inert-text.tsx';
import { EmptyNote } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { ScrollRegion } from '../../../ui/scroll-region.tsx';
import { Badge } from '../../../ui/tag.tsx';
import type { Tone } from '../../../ui/words.ts';
import type { MonthState, Terms } from '../contract.ts';

export function TermList({ terms: { lineMonths, longer, requestMonths, valueMonths, obligations } }: { terms: Terms }) {
  const term = (months: number): string => (months % 12 === 0 ? plural(months / 12, 'year') : plural(months, 'month'));
  return (
    <FieldList
      labelWidth={220}
      fields={[
        { label: 'Entries', value: term(lineMonths) },
        { label: 'Addresses and programs', value: term(requestMonths) },
        { label: 'Words and names of changes', value: term(valueMonths) },
        ...longer.map(({ action, months, law }) => ({ label: `Entries of ${action}`, value: `${term(months)}: ${law}` })),
        ...obligations.map(({ action, months, law }) => ({ label: `Not erased before: ${action}`, value: `${term(months)}: ${law}` })),
      ]}
    />
  );
}

const stateLooks: Readonly<Record<MonthState['state'], { word: string; tone: Tone }>> = {
  open: { word: 'Open', tone: 'info' },
  closed: { word: 'In the database only', tone: 'unknown' },
  cold: { word: 'In both places', tone: 'ok' },
  dropped: { word: 'In cold storage only', tone: 'info' },
};
const keptWords: Readonly<Record<NonNullable<MonthState['kept']>, string>> = {
  term: 'its term has not ended',
  'longer-term': 'an action in it has a longer term',
  'legal-hold': 'a legal hold covers it',
  'not-cold': 'it is not in cold storage',
  'not-anchored': 'no checkpoint in a second place covers it',
  'no-tree': 'its entries are not in the tree yet',
  newest: 'it holds the newest entry of a workspace',
};

export function MonthTable({ months, coldFolder }: { months: readonly MonthState[]; coldFolder: boolean }) {
  if (months.length === 0) return <EmptyNote title="No months yet">The first entry makes the first one.</EmptyNote>;
  return (
    <>
      {!coldFolder && (
        <p className="pb-3 text-ink-2">
          No cold storage is set (<span className="mono text-code">AUDIT_COLD_DIR</span>): every month stays in the database.
        </p>
      )}
      <ScrollRegion label="Months of the audit log">
        <table className="w-full min-w-140 text-left">
          <thead className="text-label text-ink-3">
            <tr>
              {['Month', 'Entries', 'Where', 'Verified in cold storage', 'Stays in the database because'].map((head) => (
                <th key={head} className="py-1.5 pr-4 font-medium">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="divide-y divide-line border-y border-line align-top">
            {months.map((month) => (
              <MonthRow key={month.month} {...month} />
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </>
  );
}

function MonthRow({ month, entries, state, verifiedAt, folder, kept }: MonthState) {
  const { word, tone } = stateLooks[state];
  return (
    <tr>
      <th scope="row" className="py-1.5 pr-4 font-name whitespace-nowrap tabular-nums">
        {month}
      </th>
      <td className="py-1.5 pr-4 tabular-nums">{formatNumber(entries)}</td>
      <td className="py-1.5 pr-4">
        <Badge tone={tone}>{word}</Badge>
      </td>
      <td className="py-1.5 pr-4">
        {verifiedAt === null ? (
          <span className="text-ink-3">not there</span>
        ) : (
          <span title={folder ?? undefined}>
            <RelativeTime at={verifiedAt} />
          </span>
        )}
        {state === 'dropped' && folder !== null && <InertText text={folder} limit={200} />}
      </td>
      <td className="py-1.5 pr-4 text-ink-2">
        {state === 'dropped' ? 'it left' : kept === null ? 'nothing: it leaves tonight' : keptWords[kept]}
      </td>
    </tr>
  );
}
