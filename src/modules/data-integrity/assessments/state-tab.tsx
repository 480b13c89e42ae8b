/** How good the table is: each metric with the numbers behind it, broken rules, and how both went over time. */
import type { useEndpoint } from '../../../client/use-endpoint.ts';
import { type BarRow, BarRows } from '../../../ui/bars.tsx';
import { TextLink } from '../../../ui/button.tsx';
import { Choice } from '../../../ui/controls.tsx';
import { formatNumber, plural } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { InertText } from '../../../ui/inert-text.tsx';
import { EmptyNote } from '../../../ui/loaded.tsx';
import { Columns, Figure, Section } from '../../../ui/section.tsx';
import { SeverityShape } from '../../../ui/severity.tsx';
import { TrendLine } from '../../../ui/trend-line.tsx';
import { type AssessmentDetail, type readMetrics, type Series, timeRanges } from '../contract.ts';
import {
  assessmentPlace,
  driftMeanings,
  MeaningChip,
  MeaningWord,
  metricWords,
  poisoningMeanings,
  ruleMeanings,
  Share,
} from '../data-words.tsx';
import { NewestOfCheck } from './newest-of-check.tsx';

type Known = ReturnType<typeof useEndpoint<typeof readMetrics>>['data'] & {};
type StateTabProps = { assetId: string; known: Known; onRange: (range: string | null) => void };

export function StateTab({ assetId, known, onRange }: StateTabProps) {
  return (
    <>
      <NewestOfCheck
        assetId={assetId}
        check="quality"
        empty={<EmptyNote title="Quality was not looked at">Check the table with “Quality”.</EmptyNote>}
      >
        {(assessment) => (
          <>
            <Headline assessment={assessment} />
            <Columns tracks="3fr 2fr">
              <Metrics assessment={assessment} />
              <Rules assessment={assessment} />
            </Columns>
          </>
        )}
      </NewestOfCheck>
      <SeriesSection known={known} onRange={onRange} />
    </>
  );
}

export function Headline({ assessment }: { assessment: AssessmentDetail }) {
  const { score, driftVerdict, driftShare, anomalyRate, poisoningVerdict, checks, quality, notRun } = assessment;
  return (
    <div className="flex flex-wrap items-baseline gap-x-8 gap-y-2 border-b border-line bg-canvas px-4 py-3 tablet:px-6">
      <Figure value={<Share value={score} />} words={<UnknownPart unknown={quality?.unknownMetrics ?? []} />} />
      {checks.includes('drift') && (
        <span className="inline-flex items-baseline gap-2">
          <MeaningChip meaning={driftVerdict === null ? null : driftMeanings[driftVerdict]} />
          <span className="text-ink-2">
            <Share value={driftShare} /> of the columns against the baseline
          </span>
        </span>
      )}
      {checks.includes('anomalies') && <Figure value={<Share value={anomalyRate} digits={2} />} words="of the rows are odd" />}
      {checks.includes('poisoning') && (
        <MeaningChip
          meaning={poisoningVerdict === null ? null : poisoningMeanings[poisoningVerdict]}
          word={
            poisoningVerdict === null ? 'Poisoning not assessed' : `Poisoning: ${poisoningMeanings[poisoningVerdict].word.toLowerCase()}`
          }
        />
      )}
      {notRun.map(({ check, reason }) => (
        <span key={check} className="text-unknown-ink">
          {check} unknown: {inertLine(reason, 160)}
        </span>
      ))}
    </div>
  );
}

function UnknownPart({ unknown }: { unknown: readonly string[] }) {
  return unknown.length === 0 ? (
    'mean of six metrics'
  ) : (
    <>
      mean of the known metrics;{' '}
      <span className="text-unknown-ink">{unknown.map((name) => metricWords[name]?.toLowerCase() ?? name).join(', ')} unknown</span>
    </>
  );
}

export function Metrics({ assessment }: { assessment: AssessmentDetail }) {
  const { quality } = assessment;
  if (quality === null)
    return (
      <Section title="Quality">
        <p className="text-ink-2">Quality was not looked at in this assessment.</p>
      </Section>
    );
  const rows: BarRow[] = Object.entries(quality.metrics).map(([name, metric]) => ({
    id: name,
    name: <span className="w-28">{metricWords[name] ?? name}</span>,
    share: metric.value,
    figure:
      metric.value === null ? (
        <span className="text-unknown-ink">unknown{metric.reason === null ? '' : `: ${inertLine(metric.reason, 120)}`}</span>
      ) : (
        <>
          <Share value={metric.value} digits={2} />{' '}
          <span className="text-ink-3">
            {formatNumber(metric.numerator)} of {formatNumber(metric.denominator)}
          </span>
        </>
      ),
  }));
  const failures = Object.values(quality.metrics)
    .flatMap(({ failures: list }) => list)
    .toSorted((left, right) => right.count - left.count);
  return (
    <Section title="Quality">
      <BarRows rows={rows} />
      {failures.length > 0 && (
        <>
          <h3 className="mt-4 mb-1 font-strong">What fails most</h3>
          <ul className="grid gap-1">
            {failures.slice(0, 8).map(({ check, columns, count, of }) => (
              <li key={`${check} ${columns.join(' ')}`} className="flex items-baseline gap-3 border-b border-line pb-1 last:border-0">
                <span className="min-w-0 flex-1 truncate">
                  {inertLine(check, 80)}{' '}
                  {columns.length > 0 && <InertText className="mono text-code" text={columns.join(', ')} limit={120} />}
                </span>
                <span className="flex-none text-ink-2 tabular-nums">
                  {formatNumber(count)} of {formatNumber(of)}
                </span>
              </li>
            ))}
          </ul>
          <p className="mt-2">
            <TextLink to={`${assessmentPlace(assessment.id)}?tab=rows`}>All failing rows</TextLink>
          </p>
        </>
      )}
    </Section>
  );
}

export function Rules({ assessment }: { assessment: AssessmentDetail }) {
  const rules = assessment.rules ?? [];
  const broken = rules.filter(({ verdict }) => verdict === 'broken').length;
  return (
    <Section title="Rules" note={rules.length === 0 ? 'none' : `${formatNumber(broken)} of ${formatNumber(rules.length)} broken`}>
      {rules.length === 0 ? (
        <p className="text-ink-2">The asset had no rules, so validity counts only what the types say.</p>
      ) : (
        <ul className="grid grid-cols-1 gap-1.5">
          {rules.slice(0, 30).map(({ ruleId, name, severity, verdict, failed, of, reason }) => (
            <li key={ruleId ?? name} className="flex min-w-0 items-baseline gap-2.5">
              <span className="translate-y-0.5">
                <SeverityShape severity={severity} />
              </span>
              <span className="min-w-0 flex-1 truncate" title={inertLine(reason ?? name, 300)}>
                {inertLine(name, 120)}
              </span>
              <span className="flex-none text-ink-3 tabular-nums">
                {failed === null || of === null ? '' : `${formatNumber(failed)} of ${formatNumber(of)}`}
              </span>
              <MeaningWord meaning={ruleMeanings[verdict]} />
            </li>
          ))}
          {rules.length > 30 && <li className="text-ink-3">{plural(rules.length - 30, 'more rule')}</li>}
        </ul>
      )}
    </Section>
  );
}

const drawn = ['score', 'driftShare', 'anomalyRate', 'rows'] as const;
function SeriesSection({ known, onRange }: Pick<StateTabProps, 'known' | 'onRange'>) {
  const choices = timeRanges.map((value) => ({ value, label: `last ${value}` }));
  return (
    <Section
      title="Over time"
      note={known.resolution === 'day' ? 'one point a day, the mean' : 'one point a run'}
      aside={
        <Choice
          label="Time"
          isQuiet
          value={known.timeRange}
          choices={choices}
          onChange={(value) => onRange(value === '7d' ? null : value)}
        />
      }
    >
      <div className="grid gap-x-8 gap-y-5 tablet:grid-cols-2">
        {drawn.map((metric) => (
          <OneSeries key={metric} metric={metric} series={known.series} />
        ))}
      </div>
      {known.pointsLeftOut > 0 && <p className="mt-2 text-ink-3">{plural(known.pointsLeftOut, 'point')} left out of the drawing.</p>}
    </Section>
  );
}

function OneSeries({ metric, series }: { metric: (typeof drawn)[number]; series: readonly Series[] }) {
  const isShare = metric !== 'rows';
  // One line a measure: the environment with the most points is drawn, the others are named.
  const own = series.filter((one) => one.metric === metric && one.column === null).toSorted((a, b) => b.points.length - a.points.length);
  const [first, ...rest] = own;
  const points = (first?.points ?? []).map(({ at, value }) => ({
    at: Date.parse(at),
    value: value === null ? null : isShare ? value * 100 : value,
  }));
  return (
    <div className="min-w-0">
      <p className="mb-1">
        <span className="font-name">{metricWords[metric]}</span>
        {isShare && <span className="text-ink-3"> in percent</span>}
        {first !== undefined && <span className="text-ink-3">, {first.environment}</span>}
        {rest.length > 0 && <span className="text-ink-3"> ({plural(rest.length, 'further series')} under History)</span>}
      </p>
      <TrendLine label={metricWords[metric] ?? metric} points={points} {...(isShare ? { range: { low: 0, high: 100 } } : { digits: 0 })} />
    </div>
  );
}
