/** Every column: how it is spread now and was in the baseline, what is missing, what it looks like in numbers. */
import { useMemo, useState } from 'react';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { distributionOf, isScattered } from '../../../ui/column-bins.ts';
import { Distribution } from '../../../ui/distribution.tsx';
import { FieldList } from '../../../ui/field-list.tsx';
import { formatMeasured, formatNumber, formatPercent } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { InertText } from '../../../ui/inert-text.tsx';
import { EmptyNote, Loaded } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { Tag } from '../../../ui/tag.tsx';
import { getBaseline, getProfile, listBaselines, type TableProfile } from '../contract.ts';

type ColumnOfProfile = TableProfile['columns'][number];
const atATime = 24;

export function ColumnTab({ assetId }: { assetId: string }) {
  const profile = useEndpoint(getProfile, { assetId }, { live: ['data-assessment.'] });
  const promoted = useEndpoint(listBaselines, { assetId, state: 'promoted', limit: 1 });
  const baselineId = promoted.data?.items[0]?.id ?? null;
  const baseline = useEndpoint(getBaseline, { id: baselineId ?? '' }, { enabled: baselineId !== null });
  return (
    <Loaded answer={profile} waitsFor="the profile of the table">
      {(known) => (
        <ColumnList
          profile={known}
          baseline={baseline.data?.profile ?? null}
          baselineName={baseline.data === undefined ? null : `Baseline ${baseline.data.version}`}
        />
      )}
    </Loaded>
  );
}

type ColumnListProps = { profile: TableProfile; baseline: readonly ColumnOfProfile[] | null; baselineName: string | null };
function ColumnList({ profile, baseline, baselineName }: ColumnListProps) {
  const [text, setText] = useState('');
  const [shown, setShown] = useState(atATime);
  const before = useMemo(() => new Map((baseline ?? []).map((column) => [column.name, column])), [baseline]);
  const wanted = text.trim().toLowerCase();
  const columns = profile.columns.filter(({ name }) => name.toLowerCase().includes(wanted));
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-2 tablet:px-6">
        <input
          type="search"
          value={text}
          onChange={(event) => setText(event.target.value)}
          aria-label="Search the columns"
          placeholder="Name of a column"
          className="finger h-8 w-60 max-w-full rounded-control border border-line-strong bg-surface px-2.5"
        />
        <span className="text-ink-2">
          {formatNumber(columns.length)} of {formatNumber(profile.columns.length + profile.columnsLeftOut)} columns,{' '}
          {formatNumber(profile.rows)} rows, looked at <RelativeTime at={profile.at} />
          {baselineName === null ? '; no promoted baseline to compare with' : ''}
          {profile.valuesMasked ? '; values are masked for you' : ''}
        </span>
      </div>
      {columns.length === 0 && <EmptyNote kind="no-match" title="No column matches" />}
      <ul className="grid grid-cols-1 tablet:grid-cols-2 wide:grid-cols-3">
        {columns.slice(0, shown).map((column) => (
          <OneColumn key={column.name} column={column} baseline={before.get(column.name) ?? null} baselineName={baselineName} />
        ))}
      </ul>
      {columns.length > shown && (
        <p className="px-4 py-3 tablet:px-6">
          <button type="button" className="finger text-accent-ink hover:underline" onClick={() => setShown(shown + atATime)}>
            Show more columns
          </button>
        </p>
      )}
    </>
  );
}

type OneColumnProps = { column: ColumnOfProfile; baseline: ColumnOfProfile | null; baselineName: string | null };
function OneColumn({ column, baseline, baselineName }: OneColumnProps) {
  const bins = useMemo(() => distributionOf(column, baseline), [column, baseline]);
  const name = inertLine(column.name, 120) || 'without a name';
  return (
    <li className="min-w-0 border-b border-line px-4 py-4 tablet:border-r tablet:px-6">
      <div className="mb-2 flex items-baseline gap-2">
        <h3 className="min-w-0 truncate font-strong">
          <InertText className="mono" text={column.name} limit={120} />
        </h3>
        <Tag>{column.type}</Tag>
      </div>
      {isScattered(column) ? (
        <p className="flex h-24 items-center justify-center rounded-control bg-sunken text-ink-2">
          {formatNumber(column.text?.distinct)} different values, hardly any twice
        </p>
      ) : bins === null ? (
        <p className="hatch flex h-24 items-center justify-center rounded-control">
          <span className="rounded-tag bg-surface px-2 py-0.5 text-unknown-ink">unknown: no value that could be drawn</span>
        </p>
      ) : (
        <Distribution label={name} bins={bins} currentName="Now" baselineName={baselineName ?? 'No baseline'} />
      )}
      <div className="mt-2">
        <FieldList labelWidth={92} fields={factsOf(column)} />
      </div>
    </li>
  );
}

function factsOf({ rows, missing, missingWithPlaceholders, unparsed, numbers, text }: ColumnOfProfile) {
  const share = rows === 0 ? null : formatPercent(missing / rows, { digits: 2 });
  const more = missingWithPlaceholders > missing ? `, ${formatNumber(missingWithPlaceholders)} with placeholders like NA` : '';
  return [
    { label: 'Missing', value: share === null ? null : `${share}, ${formatNumber(missing)} rows${more}`, reason: 'the table has no rows' },
    ...(unparsed > 0 ? [{ label: 'Not of its type', value: `${formatNumber(unparsed)} cells` }] : []),
    ...(numbers === null
      ? []
      : [
          { label: 'Mean, sd', value: `${short(numbers.mean)}, ${numbers.sd === null ? 'unknown' : short(numbers.sd)}` },
          { label: 'Lowest', value: short(numbers.min) },
          { label: 'Median', value: short(numbers.quantiles.p50) },
          { label: 'Highest', value: short(numbers.max) },
          { label: 'Distinct', value: formatNumber(numbers.distinct) },
        ]),
    ...(text === null ? [] : [{ label: 'Distinct', value: formatNumber(text.distinct) }]),
  ];
}

const short = (value: number): string => formatMeasured(value, 6);
