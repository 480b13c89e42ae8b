/** The right side of the landing page: posture with its coverage, why it moved, alerts now, the latest scans. */

import { TextLink } from '../../ui/button.tsx';
import { CoverageBar } from '../../ui/coverage-bar.tsx';
import { formatNumber, plural } from '../../ui/format.ts';
import { Delta, MovementLedger, movementSum } from '../../ui/movement.tsx';
import { FullTime, RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { SeverityShape, VerdictShape } from '../../ui/severity.tsx';
import { TrendLine } from '../../ui/trend-line.tsx';
import type { Cause } from '../risk/contract.ts';
import type { DashboardMetrics } from './contract.ts';
import { Unavailable } from './unavailable.tsx';

/** Posture in one line, for a phone. */
export function PostureStrip({ posture: { value } }: Pick<DashboardMetrics, 'posture'>) {
  if (value === null) return null;
  return (
    <div className="flex items-center gap-4 border-y border-line bg-canvas px-4 py-3 tablet:hidden">
      {value.score === null || value.unknownFirst ? (
        <span className="flex-none">
          <b className="block text-figure font-title">unknown</b>
          {value.score !== null && (
            <span className="text-label text-ink-2 tabular-nums">{formatNumber(value.score, { digits: 1 })} of assessed</span>
          )}
        </span>
      ) : (
        <b className="flex-none text-[2.375rem] leading-11 font-strong tabular-nums">{formatNumber(value.score, { digits: 1 })}</b>
      )}
      <span className="min-w-0 flex-1">
        {value.since?.change !== undefined && value.since.change !== null && <Delta delta={value.since.change} good="up" />}
        <CoverageBar assessed={value.coverage} of="by weight" compact />
      </span>
    </div>
  );
}

export function PostureRail({ metrics }: { metrics: DashboardMetrics }) {
  return (
    <>
      <PostureSection posture={metrics.posture} />
      <MovementsSection movements={metrics.movements} />
      <AlertsSection alerts={metrics.alerts} />
      <PeopleSection people={metrics.people} />
      <ScansSection scans={metrics.scans} />
    </>
  );
}

function PostureSection({ posture }: Pick<DashboardMetrics, 'posture'>) {
  const { value } = posture;
  return (
    <Section title="Posture" inset="rail" aside={<TextLink to="/risk">All changes</TextLink>}>
      {value === null ? (
        <Unavailable reason={posture.unavailable} />
      ) : value.score === null ? (
        <p className="text-ink-2">
          <b className="text-figure font-title text-ink">unknown</b>
          <br />
          Nothing was assessed yet. A first scan gives the first score.
        </p>
      ) : (
        <>
          <div className="flex flex-wrap items-center gap-x-3">
            <Headline score={value.score} unknownFirst={value.unknownFirst} />
            <Delta
              delta={value.since?.change ?? null}
              good="up"
              note={
                value.since?.score === null || value.since === null ? undefined : (
                  <>
                    from {formatNumber(value.since.score, { digits: 1 })} <FullTime at={value.since.at} />
                  </>
                )
              }
            />
          </div>
          <div className="mt-2">
            <TrendLine label="Posture over 30 days" points={value.trend.map(({ at, score }) => ({ at: Date.parse(at), value: score }))} />
          </div>
          <div className="mt-2">
            <CoverageBar assessed={value.coverage} of="by weight" />
          </div>
        </>
      )}
    </Section>
  );
}

/** What happened, in words; the title of a vulnerability already is a sentence. */
const causeWords: Readonly<Record<Cause, (title: string) => string>> = {
  opened: (title) => title,
  reopened: (title) => `Back again: ${title}`,
  resolved: (title) => `Resolved: ${title}`,
  reprioritised: (title) => `Priority changed: ${title}`,
  'asset-added': (title) => `${title} added`,
  'asset-changed': (title) => `${title} changed`,
  'asset-retired': (title) => `${title} retired`,
  assessed: (title) => `${title} assessed`,
  'assessment-aged': (title) => `Scan of ${title} older than 30 days`,
};

/** Below half coverage the word comes first and the number second, small. */
function Headline({ score, unknownFirst }: { score: number; unknownFirst: boolean }) {
  if (!unknownFirst) return <b className="text-score font-strong tabular-nums">{formatNumber(score, { digits: 1 })}</b>;
  return (
    <span className="flex items-baseline gap-2">
      <b className="text-figure font-title">unknown</b>
      <span className="text-ink-2 tabular-nums">{formatNumber(score, { digits: 1 })} of what was assessed</span>
    </span>
  );
}

function MovementsSection({ movements }: Pick<DashboardMetrics, 'movements'>) {
  const { value } = movements;
  const lines = (value?.items ?? []).map(({ seq, at, change, cause, title, assetId }) => ({
    id: String(seq),
    delta: change,
    cause: causeWords[cause](title),
    at,
    to: `/ai-assets/${assetId}`,
  }));
  return (
    <Section title="Why it moved" inset="rail" aside={lines.length === 0 ? undefined : movementSum(lines)}>
      {value === null ? (
        <Unavailable reason={movements.unavailable} />
      ) : lines.length === 0 ? (
        <p className="text-ink-2">Nothing moved it in the last day.</p>
      ) : (
        <MovementLedger movements={lines} good="up" />
      )}
    </Section>
  );
}

function AlertsSection({ alerts }: Pick<DashboardMetrics, 'alerts'>) {
  const { value } = alerts;
  return (
    <Section
      title="Alerts now"
      inset="rail"
      aside={value === null || value.open === 0 ? undefined : <TextLink to="/security-alerts">{value.open} open</TextLink>}
    >
      {value === null ? (
        <Unavailable reason={alerts.unavailable} />
      ) : value.items.length === 0 ? (
        <p className="text-ink-2">No open alert.</p>
      ) : (
        <ul className="divide-y divide-line">
          {value.items.map((alert) => (
            <li key={alert.id} className="flex gap-2.5 py-2 first:pt-0 last:pb-0">
              <span className="mt-0.5">
                <SeverityShape severity={alert.severity} />
              </span>
              <span className="min-w-0 flex-1">
                <TextLink to={`/security-alerts?peek=${alert.id}`}>{alert.title}</TextLink>
                <span className="block truncate text-ink-2">
                  {alert.assetName ?? 'no asset'}
                  {alert.count > 1 ? ` · ${plural(alert.count, 'time')}` : ''}
                </span>
              </span>
              <span className="flex-none text-ink-3">
                <RelativeTime at={alert.lastAt} form="age" />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

/** Only for those who oversee: others get no such part. */
function PeopleSection({ people: { value } }: Pick<DashboardMetrics, 'people'>) {
  if (value === null) return null;
  const found = value.checks.filter(({ count }) => count > 0);
  return (
    <Section title="People and keys" inset="rail" aside={<TextLink to="/users?tab=weak-spots">Weak spots</TextLink>}>
      {found.length === 0 ? (
        <p className="text-ink-2">
          No weak spot among {plural(value.people, 'person', 'people')} and {plural(value.keys, 'key')}.
        </p>
      ) : (
        <ul className="grid gap-y-1.5">
          {found.map(({ check, title, count, worst }) => (
            <li key={check} className="flex items-center gap-2.5">
              {worst !== null && <SeverityShape severity={worst} />}
              <span className="min-w-0 flex-1 truncate">
                <TextLink to={`/users?tab=weak-spots&check=${check}`}>{title}</TextLink>
              </span>
              <span className="flex-none text-ink-3 tabular-nums">{formatNumber(count)}</span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function ScansSection({ scans }: Pick<DashboardMetrics, 'scans'>) {
  const { value } = scans;
  return (
    <Section title="Latest scans" inset="rail" aside={<TextLink to="/model-scanner">All scans</TextLink>}>
      {value === null ? (
        <Unavailable reason={scans.unavailable} />
      ) : value.items.length === 0 ? (
        <p className="text-ink-2">No scan has run.</p>
      ) : (
        <ul className="grid gap-y-1.5">
          {value.items.map((scan) => (
            <li key={scan.id} className="flex items-center gap-2.5">
              <VerdictShape verdict={scan.verdict ?? 'incomplete'} />
              <span className="min-w-0 flex-1 truncate" title={scan.path}>
                <TextLink to={`/model-scanner/${scan.id}`}>{scan.path.split('/').at(-1) ?? scan.path}</TextLink>
                <span className="text-ink-2"> {scan.state === 'done' ? scan.verdict : scan.state}</span>
              </span>
              <span className="flex-none text-ink-3">
                <RelativeTime at={scan.createdAt} form="age" />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
