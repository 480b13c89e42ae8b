/** Below the queue: opened against resolved, due dates kept, and what nobody looks at yet. */
import { BarRows, Bars } from '../../ui/bars.tsx';
import { FigureLink, TextLink } from '../../ui/button.tsx';
import { formatNumber, formatPercent } from '../../ui/format.ts';
import { Columns, Figure, Section } from '../../ui/section.tsx';
import { SeverityShape } from '../../ui/severity.tsx';
import { severityMeanings } from '../../ui/words.ts';
import type { DashboardMetrics } from './contract.ts';
import { Unavailable } from './unavailable.tsx';

const series = [
  { name: 'Opened', colour: 'c5' },
  { name: 'Resolved', colour: 'c1' },
] as const;

export function LowerBand({ metrics }: { metrics: DashboardMetrics }) {
  return (
    <Columns tracks="repeat(3, 1fr)">
      <Opened vulnerabilities={metrics.vulnerabilities} />
      <DueDates vulnerabilities={metrics.vulnerabilities} />
      <NotCovered notCovered={metrics.notCovered} assets={metrics.assets} posture={metrics.posture} />
    </Columns>
  );
}

function Opened({ vulnerabilities }: Pick<DashboardMetrics, 'vulnerabilities'>) {
  const { value } = vulnerabilities;
  const opened = value?.perDay.reduce((sum, day) => sum + day.opened, 0) ?? 0;
  const resolved = value?.perDay.reduce((sum, day) => sum + day.resolved, 0) ?? 0;
  return (
    <Section title="Opened and resolved">
      {value === null ? (
        <Unavailable reason={vulnerabilities.unavailable} />
      ) : (
        <>
          <p className="mb-3 flex flex-wrap items-baseline gap-x-3">
            <Figure value={<FigureLink to="/vulnerabilities?created_since=14d">{formatNumber(opened)}</FigureLink>} words="opened" />
            <Figure
              value={<FigureLink to="/vulnerabilities?status=resolved">{formatNumber(resolved)}</FigureLink>}
              words="resolved, 14 days"
            />
          </p>
          <Bars
            label="Vulnerabilities opened and resolved a day"
            series={series}
            groups={value.perDay.map((day) => ({ at: Date.parse(day.day), values: [day.opened, day.resolved] }))}
          />
        </>
      )}
    </Section>
  );
}

function DueDates({ vulnerabilities }: Pick<DashboardMetrics, 'vulnerabilities'>) {
  const { value } = vulnerabilities;
  return (
    <Section title="Due dates kept">
      {value === null ? (
        <Unavailable reason={vulnerabilities.unavailable} />
      ) : (
        <>
          <p className="mb-3">
            {value.sla.fellDue === 0 ? (
              <Figure value="unknown" words="nothing fell due in 90 days" />
            ) : (
              <Figure
                value={formatPercent(value.sla.kept / value.sla.fellDue)}
                words={`of ${formatNumber(value.sla.fellDue)} that fell due`}
              />
            )}
          </p>
          <BarRows
            rows={value.sla.bySeverity
              .filter(({ severity }) => severity !== 'informational')
              .map(({ severity, fellDue, kept }) => ({
                id: severity,
                name: (
                  <>
                    <SeverityShape severity={severity} /> {severityMeanings[severity].word}
                  </>
                ),
                share: fellDue === 0 ? null : kept / fellDue,
                figure: fellDue === 0 ? 'none due' : `${formatNumber(kept)} of ${formatNumber(fellDue)}`,
              }))}
          />
          <p className="mt-3 text-ink-2">
            <FigureLink to="/vulnerabilities?due=breached">
              <b className={value.sla.breached > 0 ? 'font-strong text-critical-ink' : 'font-strong'}>{formatNumber(value.sla.breached)}</b>{' '}
              overdue now
            </FigureLink>
            , <FigureLink to="/vulnerabilities?due=week">{formatNumber(value.sla.dueInWeek)} due this week</FigureLink>
          </p>
        </>
      )}
    </Section>
  );
}

function NotCovered({ notCovered, assets, posture }: Pick<DashboardMetrics, 'notCovered' | 'assets' | 'posture'>) {
  const total = assets.value?.total ?? null;
  const unassessed = posture.value === null ? null : posture.value.assets - posture.value.assessed;
  return (
    <Section title="Not covered">
      {notCovered.value === null ? (
        <Unavailable reason={notCovered.unavailable} />
      ) : (
        <>
          <p className="mb-3">
            {total === 0 ? (
              <Figure value="unknown" words="no asset is registered yet" />
            ) : (
              <Figure value={formatNumber(unassessed)} words={`of ${formatNumber(total)} assets are not assessed`} />
            )}
          </p>
          {notCovered.value.length === 0 ? (
            <p className="text-ink-2">Every known asset has an owner and was assessed within 30 days.</p>
          ) : (
            <ul className="divide-y divide-line border-y border-line">
              {notCovered.value.map(({ id, sentence, action, href }) => (
                <li key={id} className="flex items-baseline justify-between gap-3 py-1.5">
                  <span>{sentence}</span>
                  <TextLink to={href}>{action}</TextLink>
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </Section>
  );
}
