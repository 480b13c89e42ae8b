/** Posture over time: the score, its coverage, and every movement whose signs add up to the difference. */
import { useMemo } from 'react';
import { useEndpoint } from '../../client/use-endpoint.ts';
import { Button } from '../../ui/button.tsx';
import { CoverageBar } from '../../ui/coverage-bar.tsx';
import { definePage } from '../../ui/define-page.ts';
import { formatNumber, formatSigned, plural } from '../../ui/format.ts';
import { EmptyNote, Loaded } from '../../ui/loaded.tsx';
import { Menu } from '../../ui/menu.tsx';
import { Delta, MovementLedger } from '../../ui/movement.tsx';
import { useQueryValue } from '../../ui/query-state.ts';
import { Screen } from '../../ui/screen.tsx';
import { Columns, Section } from '../../ui/section.tsx';
import { TrendLine } from '../../ui/trend-line.tsx';
import { causeSentence, causeWord } from './cause-words.tsx';
import { type Cause, getPosture, listMovements, type Posture } from './contract.ts';

const periods = [
  { id: '1', label: 'Last day' },
  { id: '7', label: 'Last week' },
  { id: '30', label: 'Last 30 days' },
  { id: '365', label: 'Last year' },
] as const;
const live = ['posture.', 'vulnerability.', 'asset.'];
const shown = 200;

function RiskPage() {
  const [word, setDays] = useQueryValue('days');
  const period = periods.find(({ id }) => id === word) ?? periods[1];
  const days = Number(period.id);
  // Whole minutes, so that the question stays the same while the page stands.
  const from = useMemo(() => new Date(Math.floor((Date.now() - days * 86_400_000) / 60_000) * 60_000).toISOString(), [days]);
  const posture = useEndpoint(getPosture, { since: from, days }, { live, keepPrevious: true });
  return (
    <Screen
      title="Risk"
      subtitle="Posture is 100 less the weighted risk of what was assessed. Each movement is a line, and the lines sum to the change."
      actions={
        <Menu
          trigger={<Button>{period.label}</Button>}
          items={periods.map(({ id, label }) => ({ label, chosen: id === period.id, run: () => setDays(id) }))}
        />
      }
    >
      <Loaded answer={posture} waitsFor="the posture">
        {(data) => <PostureSection posture={data} />}
      </Loaded>
      <Movements from={from} />
    </Screen>
  );
}

function PostureSection({ posture }: { posture: Posture }) {
  const { score, coverage, unknownFirst, assets, assessed, since, trend } = posture;
  return (
    <Columns tracks="280px 1fr">
      <Section title="Posture" note={`${plural(assessed, 'asset')} of ${formatNumber(assets)} assessed`}>
        <p className="flex flex-wrap items-baseline gap-x-3">
          {score === null || unknownFirst ? <b className="text-figure font-title">unknown</b> : null}
          {score !== null && (
            <span className={unknownFirst ? 'text-ink-2 tabular-nums' : 'text-score font-strong tabular-nums'}>
              {formatNumber(score, { digits: 1 })}
              {unknownFirst ? ' of what was assessed' : ''}
            </span>
          )}
        </p>
        <div className="mt-1 mb-3">
          <Delta delta={since?.change ?? null} good="up" />
        </div>
        <CoverageBar assessed={coverage} of="by weight" />
      </Section>
      <Section title="Trend">
        <TrendLine label="Posture" points={trend.map((point) => ({ at: Date.parse(point.at), value: point.score }))} height={150} />
      </Section>
    </Columns>
  );
}

function Movements({ from }: { from: string }) {
  const movements = useEndpoint(listMovements, { from, moved: 'true', limit: shown }, { live, keepPrevious: true });
  return (
    <Loaded
      answer={movements}
      waitsFor="the ledger"
      empty={<EmptyNote title="Nothing moved in this time">A scan, a fix or a changed priority would stand here with its sign.</EmptyNote>}
    >
      {({ items, total, sum, byCause }) => (
        <Columns tracks="280px 1fr">
          <Section title="By cause" note={`sum ${formatSigned(sum, { digits: 1 })}`}>
            <ul className="grid gap-y-1.5">
              {byCause.map(({ cause, count, change }) => (
                <CauseLine key={cause} cause={cause} count={count} change={change} />
              ))}
            </ul>
          </Section>
          <Section title="Why it moved" note={`${formatNumber(items.length)} of ${plural(total, 'movement')}, newest first`}>
            <MovementLedger
              good="up"
              movements={items.map(({ seq, at, change, cause, title, assetId }) => ({
                id: String(seq),
                delta: change,
                cause: causeSentence(cause, title),
                at,
                to: `/ai-assets/${assetId}`,
              }))}
            />
          </Section>
        </Columns>
      )}
    </Loaded>
  );
}

function CauseLine({ cause, count, change }: { cause: Cause; count: number; change: number }) {
  return (
    <li className="flex items-baseline gap-3">
      <span className="min-w-0 flex-1">{causeWord[cause]}</span>
      <span className="text-ink-3 tabular-nums">{formatNumber(count)} ×</span>
      <b className="w-14 text-right font-strong tabular-nums">{formatSigned(change, { digits: 1 })}</b>
    </li>
  );
}

export default definePage({
  path: '/risk',
  title: 'Risk',
  permission: 'risk:read',
  group: 'Find',
  icon: 'route',
  order: 2,
  Page: RiskPage,
});
