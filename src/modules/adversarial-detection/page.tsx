/** Threat detection at a glance: what was found, what was refused, and whether the numbers still hold. */
import { useState } from 'react';
import { useSession } from '../../client/session.ts';
import { useEndpoint } from '../../client/use-endpoint.ts';
import { severities } from '../../contract/severity.ts';
import { Bars } from '../../ui/bars.tsx';
import { ButtonLink, FigureLink, TextLink } from '../../ui/button.tsx';
import { definePage } from '../../ui/define-page.ts';
import { formatNumber, plural } from '../../ui/format.ts';
import { EmptyNote, Loaded } from '../../ui/loaded.tsx';
import { Screen } from '../../ui/screen.tsx';
import { Columns, Figure, Section } from '../../ui/section.tsx';
import { SeverityShape } from '../../ui/severity.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { Badge } from '../../ui/tag.tsx';
import { formatDuration } from '../../ui/time.ts';
import { ModelName } from './asset-name.tsx';
import { kinds, readThreatStatistics, type ThreatStatistics, windows } from './contract.ts';
import { LatestThreats } from './statistics/latest-threats.tsx';
import { kindWords, rateText } from './threat-words.tsx';

const live = ['adversarial-detection.'];
const windowWords = { '24h': '24 hours', '7d': '7 days', '30d': '30 days' } as const;
type Window = (typeof windows)[number];

function OverviewPage() {
  const [window, setWindow] = useState<Window>('24h');
  const answer = useEndpoint(readThreatStatistics, { window }, { live, keepPrevious: true, everyMs: 15_000 });
  const choose = (id: string) => setWindow(windows.find((known) => known === id) ?? '24h');
  return (
    <Screen
      title="Threat detection"
      subtitle="Attacks on models and their data, with the calibration behind every decision."
      ready={answer.data !== undefined}
      actions={
        <>
          <ButtonLink to="/adversarial-detection/guards">Guards</ButtonLink>
          <ButtonLink to="/adversarial-detection/streams">Query streams</ButtonLink>
          <ButtonLink to="/adversarial-detection/profiles">Profiles</ButtonLink>
          <ButtonLink to="/adversarial-detection/test">Planted attacks</ButtonLink>
          <ButtonLink to="/adversarial-detection/configuration">Configuration</ButtonLink>
        </>
      }
      tabs={
        <Tabs
          label="Time"
          value={window}
          onChange={choose}
          tabs={windows.map((id) => ({
            id,
            label: windowWords[id],
            content: (
              <Loaded answer={answer} waitsFor="the statistics">
                {(figures) => <Overview figures={figures} />}
              </Loaded>
            ),
          }))}
        />
      }
    >
      {null}
    </Screen>
  );
}

function Overview({ figures }: { figures: ThreatStatistics }) {
  return (
    <>
      <Columns tracks="3fr 2fr">
        <KindSection figures={figures} />
        <LatestThreats wasLookedAt={wasLookedAt(figures)} />
      </Columns>
      <TimeSection figures={figures} />
      <Columns tracks="1fr 1fr">
        <ScreeningSection figures={figures} />
        <ResponseSection figures={figures} />
      </Columns>
      <CalibrationSection figures={figures} />
    </>
  );
}

/** Where nothing was looked at, that nothing was found says nothing. */
function wasLookedAt({ byKind, screening }: ThreatStatistics): boolean {
  return screening.screened > 0 || kinds.some((kind) => byKind[kind].analysed > 0);
}

function KindSection({ figures: { byKind, since } }: { figures: ThreatStatistics }) {
  const from = `since=${encodeURIComponent(since)}`;
  return (
    <Section title="By kind" note="threats of what was analysed">
      <div className="overflow-x-auto">
        <table className="w-full text-row tabular-nums">
          <thead>
            <tr className="text-left text-label text-ink-3">
              <th className="py-1 pr-3 font-regular">Kind</th>
              <th className="py-1 pr-3 text-right font-regular">Threats</th>
              <th className="py-1 pr-3 text-right font-regular">Analysed</th>
              <th className="py-1 pr-3 text-right font-regular max-tablet:hidden">Undecided</th>
              <th className="py-1 font-regular">By severity</th>
            </tr>
          </thead>
          <tbody>
            {kinds.map((kind) => (
              <tr key={kind} className="border-t border-line">
                <th scope="row" className="py-1.5 pr-3 text-left font-name">
                  {kindWords[kind]}
                </th>
                <td className="py-1.5 pr-3 text-right">
                  <FigureLink to={`/adversarial-detection/detections?kind=${kind}&decision=threat&${from}`}>
                    {formatNumber(byKind[kind].threat)}
                  </FigureLink>
                </td>
                <td className="py-1.5 pr-3 text-right">{formatNumber(byKind[kind].analysed)}</td>
                <td className="py-1.5 pr-3 text-right max-tablet:hidden">{formatNumber(byKind[kind].insufficient)}</td>
                <td className="py-1.5">
                  <Severities counts={byKind[kind].bySeverity} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function Severities({ counts }: { counts: ThreatStatistics['byKind']['model-evasion']['bySeverity'] }) {
  const present = severities.filter((severity) => counts[severity] > 0);
  if (present.length === 0) return <span className="text-ink-3">none</span>;
  return (
    <span className="inline-flex flex-wrap gap-x-3">
      {present.map((severity) => (
        <span key={severity} className="inline-flex items-center gap-1" title={severity}>
          <SeverityShape severity={severity} size={12} /> {formatNumber(counts[severity])}
        </span>
      ))}
    </span>
  );
}

const hourMs = 3_600_000;
/** Every hour or day of the window: one without a row had nothing analysed. */
function stepsOf({ window, since }: ThreatStatistics): number[] {
  const step = window === '24h' ? hourMs : 24 * hourMs;
  const first = Math.floor(Date.parse(since) / step) * step;
  const count = { '24h': 25, '7d': 8, '30d': 31 }[window];
  return Array.from({ length: count }, (_, place) => first + place * step);
}

function TimeSection({ figures }: { figures: ThreatStatistics }) {
  const { can } = useSession();
  const { overTime, window } = figures;
  const sum = (at: number, of: 'threat' | 'analysed') =>
    overTime.filter(({ from }) => Date.parse(from) === at).reduce((total, row) => total + row[of], 0);
  return (
    <Section title="Over time" note={window === '24h' ? 'by hour' : 'by day'}>
      {overTime.length === 0 ? (
        <EmptyNote title="Nothing was analysed in this time">
          {can('adversarial-detection:create') ? (
            <>
              Put a <TextLink to="/adversarial-detection/guards">guard</TextLink> in front of a model, or send inputs and data sets to be
              analysed, and they appear here.
            </>
          ) : (
            'Inputs that guards screen, and what is sent to be analysed, appear here.'
          )}
        </EmptyNote>
      ) : (
        <Bars
          label="Analyses and threats"
          series={[
            { name: 'Threats', colour: 'c2' },
            { name: 'Analysed', colour: 'c1' },
          ]}
          groups={stepsOf(figures).map((at) => ({ at, values: [sum(at, 'threat'), sum(at, 'analysed')] }))}
        />
      )}
    </Section>
  );
}

function ScreeningSection({ figures: { screening, blocksInForce } }: { figures: ThreatStatistics }) {
  return (
    <Section title="Screening in line" note="written once a second">
      <div className="flex flex-wrap gap-x-8 gap-y-3">
        <Figure value={formatNumber(screening.screened)} words="screened" />
        <Figure value={formatNumber(screening.flagged)} words="flagged" />
        <Figure value={formatNumber(screening.blocked)} words="refused" />
        <Figure value={formatNumber(screening.unscreened)} words="unscreened, not clean" />
        <Figure value={<FigureLink to="/adversarial-detection/blocks">{formatNumber(blocksInForce)}</FigureLink>} words="blocks in force" />
      </div>
      <p className="mt-3 max-w-180 text-label text-ink-2">
        How often a client was flagged within ten minutes is counted by each process on its own; blocks and quarantines hold in all of them.
      </p>
    </Section>
  );
}

function ResponseSection({ figures: { responses, quarantined, activeIncidents } }: { figures: ThreatStatistics }) {
  const line = (name: string, told: ThreatStatistics['responses']['quarantine']) => (
    <p key={name}>
      <span className="font-name">{name}</span>{' '}
      {told === null
        ? 'unknown'
        : told.requested === 0
          ? 'none asked for in this time'
          : `${formatNumber(told.inForce)} of ${formatNumber(told.requested)} in force, ${formatNumber(told.metDeadline)} in time${
              told.latencyMs === null ? '' : `, half within ${formatDuration(told.latencyMs.p50)}`
            }`}
    </p>
  );
  return (
    <Section title="Responses">
      <div className="grid gap-1.5 text-row">
        {line('Block', responses.block)}
        {line('Quarantine', responses.quarantine)}
        {line('Escalation', responses.escalate)}
        <p className="text-ink-2">
          {quarantined === null ? 'Quarantined assets: unknown' : plural(quarantined, 'asset is quarantined', 'assets are quarantined')},{' '}
          {activeIncidents === null ? 'active incidents: unknown' : plural(activeIncidents, 'active incident')}.
        </p>
      </div>
    </Section>
  );
}

function CalibrationSection({ figures: { calibration } }: { figures: ThreatStatistics }) {
  return (
    <Section title="Calibration" note="asked false-positive rate against what live traffic shows">
      {calibration.length === 0 ? (
        <EmptyNote title="No profile is ready" actions={<TextLink to="/adversarial-detection/profiles">Profiles</TextLink>}>
          Without a profile of a model nothing about its inputs can be decided: every answer is “not enough evidence”.
        </EmptyNote>
      ) : (
        <ul className="grid gap-1.5 text-row">
          {calibration.map((one) => (
            <li key={one.profileId} className="flex flex-wrap items-center gap-x-4">
              <TextLink to={`/adversarial-detection/profiles/${one.profileId}`}>
                <ModelName modelId={one.modelId} />
              </TextLink>
              <span className="tabular-nums">
                asked {rateText(one.target)}, seen {rateText(one.observed)} of {formatNumber(one.screened)}
              </span>
              {one.stale && <Badge tone="medium">stale</Badge>}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

export default definePage({
  path: '/adversarial-detection',
  title: 'Threat detection',
  permission: 'adversarial-detection:read',
  group: 'Respond',
  icon: 'shield-alert',
  order: 3,
  Page: OverviewPage,
});
