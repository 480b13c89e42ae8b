/** One decision: why, how sure, what was done, what is missing. */
import { useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button, TextLink } from '../../../ui/button.tsx';
import { definePage } from '../../../ui/define-page.ts';
import { type Field, FieldList } from '../../../ui/field-list.tsx';
import { formatMeasured, formatNumber } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { Loaded, ProblemNote } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { Screen } from '../../../ui/screen.tsx';
import { Columns, Section } from '../../../ui/section.tsx';
import { SeverityChip } from '../../../ui/severity.tsx';
import { Badge, Tag } from '../../../ui/tag.tsx';
import { formatDuration } from '../../../ui/time.ts';
import { QuarantineMark, subjectOf, useAssetName } from '../asset-name.tsx';
import { type CalibratedDetector, type Detection, getDetection, getProfile } from '../contract.ts';
import { PersonName } from '../person-name.tsx';
import { ScoreStanding, StandingLegend } from '../profiles/score-standing.tsx';
import {
  actStateWord,
  actWord,
  asSentence,
  DecisionBadge,
  familyWord,
  home,
  kindWords,
  pText,
  rateText,
  statisticWord,
} from '../threat-words.tsx';
import { VerdictDialog } from './verdict-dialog.tsx';

function DetectionPage({ params }: { params: Readonly<Record<string, string>> }) {
  const answer = useEndpoint(getDetection, { id: params['id'] ?? '' }, { live: ['adversarial-detection.answered'] });
  const { can } = useSession();
  const [judging, setJudging] = useState(false);
  const detection = answer.data;
  const subject = useAssetName(detection?.subject.assetId, subjectOf(detection?.subject));
  return (
    <Screen
      title={detection === undefined ? 'Detection' : `${kindWords[detection.kind]}: ${subject}`}
      shortTitle="Detection"
      path={[home, { label: 'Detections', to: '/adversarial-detection/detections' }]}
      ready={detection !== undefined}
      facts={detection !== undefined && <Facts detection={detection} />}
      actions={
        detection !== undefined &&
        detection.decision === 'threat' &&
        can('adversarial-detection:update') && <Button onClick={() => setJudging(true)}>Confirm or contest</Button>
      }
    >
      <Loaded answer={answer} waitsFor="the detection">
        {(found) => (
          <>
            <Section title="What was found">
              <p className="max-w-180 text-row">{inertLine(asSentence(found.summary))}</p>
              {found.verdict.verdict !== null && (
                <p className="mt-2 text-ink-2">
                  {found.verdict.verdict === 'confirmed' ? 'Confirmed' : 'A false positive'}, says <PersonName id={found.verdict.by} />,{' '}
                  <RelativeTime at={found.verdict.at} />: {inertLine(found.verdict.reason)}
                </p>
              )}
            </Section>
            <Standings detection={found} />
            <Families detection={found} />
            <Columns tracks="1fr 1fr">
              <Acts detection={found} />
              <Missing detection={found} />
            </Columns>
            <Flagged detection={found} />
            <Subject detection={found} />
          </>
        )}
      </Loaded>
      {judging && detection !== undefined && <VerdictDialog detection={detection} onClose={() => setJudging(false)} />}
    </Screen>
  );
}

function Facts({ detection }: { detection: Detection }) {
  return (
    <>
      <DecisionBadge decision={detection.decision} />
      {detection.severity !== null && <SeverityChip severity={detection.severity} />}
      {detection.dryRun && <Badge tone="info">dry run</Badge>}
      <QuarantineMark assetId={detection.subject.assetId} />
      {detection.technique.map((id) => (
        <Tag key={id} title="MITRE ATLAS">
          {id}
        </Tag>
      ))}
      <span className="text-ink-2">
        <RelativeTime at={detection.createdAt} />
      </span>
    </>
  );
}

/** The distribution of the profile's own scores, and where this input lies in it. */
function Standings({ detection }: { detection: Detection }) {
  const profileId = detection.calibration?.profileId ?? '';
  const profile = useEndpoint(getProfile, { id: profileId }, { enabled: profileId !== '' });
  const detectors = profile.data?.detectors.filter(({ scores }) => scores.length > 0) ?? [];
  if (profile.data === undefined && profile.error !== null)
    return (
      <Section title="Against what is normal">
        <ProblemNote error={profile.error} />
      </Section>
    );
  if (profileId === '' || detectors.length === 0) return null;
  return (
    <Section
      title="Against what is normal"
      note={`profile ${detection.calibration?.version}, ${formatNumber(detection.calibration?.rows)} calibration rows`}
      aside={<TextLink to={`/adversarial-detection/profiles/${profileId}`}>The profile</TextLink>}
    >
      <div className="grid gap-x-8 gap-y-4 tablet:grid-cols-2 desktop:grid-cols-3">
        {detectors.map((detector) => (
          <OneStanding key={detector.id} detector={detector} detection={detection} />
        ))}
      </div>
      <StandingLegend hasSample />
    </Section>
  );
}

function OneStanding({ detector, detection }: { detector: CalibratedDetector; detection: Detection }) {
  const family = detection.families.find(({ family: id }) => id === detector.id);
  const score = family?.statistic['score'];
  const sample = score === undefined || score === null ? null : { score, pValue: family?.pValue ?? null };
  return (
    <div className="min-w-0">
      <p className="mb-1 flex items-baseline justify-between gap-2">
        <span className="font-name">{detector.title}</span>
        <span className="text-label text-ink-2 tabular-nums">{sample === null ? 'not evaluated' : `p ${pText(sample.pValue)}`}</span>
      </p>
      <ScoreStanding name={detector.title} quantiles={detector.scores} threshold={detector.threshold} sample={sample} />
    </div>
  );
}

function Families({ detection: { families } }: { detection: Detection }) {
  return (
    <Section title="Evidence" note="by family, with its method">
      <ul className="grid gap-3">
        {families.map((family) => (
          <li key={family.family} className="border-t border-line pt-2 first:border-t-0 first:pt-0">
            <p className="flex flex-wrap items-center gap-2">
              <span className="font-name">{inertLine(familyWord(family.family), 120)}</span>
              {family.status === 'evaluated' ? (
                family.pValue !== null && <Tag>p {pText(family.pValue)}</Tag>
              ) : (
                <Badge tone="unknown">not evaluated</Badge>
              )}
              {family.flaggedCount > 0 && <Tag>{formatNumber(family.flaggedCount)} found</Tag>}
            </p>
            {family.method !== family.family && <p className="text-ink-2">{asSentence(family.method)}</p>}
            {family.reason !== null && <p>{inertLine(asSentence(family.reason))}</p>}
            <p className="flex flex-wrap gap-x-4 text-label text-ink-2 tabular-nums">
              {Object.entries(family.statistic).map(([name, value]) => (
                <span key={name}>
                  {inertLine(statisticWord(name), 80)} <span className="text-ink">{formatMeasured(value)}</span>
                </span>
              ))}
            </p>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** A threat on which nothing was done by itself: why that can be right. */
const nothingDone: Readonly<Record<Detection['kind'], string>> = {
  'federated-update': 'Nothing more: the update is left out of the round, and nobody is blocked.',
  'data-poisoning': 'Nothing by itself: its severity is below the one from which a data set is quarantined.',
  'model-evasion': 'Nothing was blocked.',
  'membership-inference': 'Nothing was blocked.',
  'attribute-inference': 'Nothing was blocked.',
  extraction: 'Nothing was blocked.',
};
function Acts({ detection: { kind, acts, decision, dryRun, alertId, incidentId } }: { detection: Detection }) {
  return (
    <Section title="What was done">
      {acts.length === 0 ? (
        <p className="text-ink-2">
          {dryRun ? 'Nothing: it was a dry run.' : decision === 'threat' ? nothingDone[kind] : 'Nothing: there was no threat to act on.'}
        </p>
      ) : (
        <ul className="grid gap-1">
          {acts.map((act) => (
            <li key={act.id}>
              <span className="font-name">{actWord(act.action)}</span> <span className="text-ink-2">{actStateWord(act.state)},</span>{' '}
              {act.inForceAt === null ? 'due ' : act.state === 'in_force' ? 'since ' : 'begun '}
              <RelativeTime at={act.inForceAt ?? act.dueAt} />
            </li>
          ))}
        </ul>
      )}
      {(alertId !== null || incidentId !== null) && (
        <p className="mt-2 flex gap-4">
          {alertId !== null && <TextLink to={`/security-alerts?peek=${alertId}`}>The alert</TextLink>}
          {incidentId !== null && <TextLink to={`/incidents/${incidentId}`}>The incident</TextLink>}
        </p>
      )}
    </Section>
  );
}

function Missing({ detection: { missingEvidence } }: { detection: Detection }) {
  return (
    <Section title="What is missing">
      {missingEvidence.length === 0 ? (
        <p className="text-ink-2">Nothing that this kind of analysis could use.</p>
      ) : (
        <ul className="grid gap-2">
          {[...Map.groupBy(missingEvidence, ({ needed, howToSupply }) => `${needed}\n${howToSupply}`).values()].map((alike) => (
            <li key={`${alike[0]?.needed} ${alike[0]?.enables}`}>
              <span className="block font-name">{asSentence(alike[0]?.needed ?? '')}</span>
              <span className="block text-ink-2">Would allow {alike.map(({ enables }) => enables).join(', and ')}.</span>
              <span className="block text-label text-ink-2">{alike[0]?.howToSupply}</span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

const shownRows = 50;
function Flagged({ detection: { kind, flagged, flaggedTotal } }: { detection: Detection }) {
  if (flaggedTotal === 0) return null;
  return (
    <Section
      title={kind === 'federated-update' ? 'Flagged clients' : 'Flagged rows'}
      note={`${formatNumber(Math.min(shownRows, flagged.length))} of ${formatNumber(flaggedTotal)}, the least likely first`}
    >
      <table className="max-w-180 tabular-nums">
        <thead>
          <tr className="text-left text-label text-ink-3">
            <th className="py-1 pr-6 font-regular">{kind === 'federated-update' ? 'Client' : 'Row'}</th>
            <th className="py-1 pr-6 text-right font-regular">p</th>
            <th className="py-1 pr-6 text-right font-regular">Adjusted p</th>
            <th className="py-1 font-regular">Evidence</th>
          </tr>
        </thead>
        <tbody>
          {flagged.slice(0, shownRows).map((row) => (
            <tr key={row.id} className="border-t border-line align-baseline">
              <th scope="row" className="py-1 pr-6 text-left font-name break-all">
                {inertLine(row.id, 120)}
              </th>
              <td className="py-1 pr-6 text-right whitespace-nowrap">{pText(row.pValue)}</td>
              <td className="py-1 pr-6 text-right whitespace-nowrap">{pText(row.adjustedPValue)}</td>
              <td className="py-1 text-ink-2">{row.families.map(familyWord).join(', ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function Subject({ detection }: { detection: Detection }) {
  const { kind, subject, engine, calibration, detectedSeverity, signatures } = detection;
  return (
    <Section title="How it was computed">
      <FieldList
        labelWidth={190}
        fields={[
          ...(kind === 'model-evasion'
            ? [{ label: 'Input', value: subject.inputId === undefined ? 'none named' : inertLine(subject.inputId) }]
            : []),
          // A data set has no client.
          ...(kind === 'data-poisoning'
            ? []
            : [{ label: 'Client', value: subject.clientId === undefined ? 'none named' : inertLine(subject.clientId) }]),
          { label: 'Signatures', value: signatures.length === 0 ? 'none' : signatures.join(', ') },
          { label: 'Severity as detected', value: detectedSeverity ?? 'none' },
          ...(kind === 'model-evasion' || calibration !== null ? calibrationLines(calibration) : []),
          { label: 'SHA-256 of the question', value: <span className="mono text-code break-all">{engine.inputSha256}</span> },
          { label: 'Engine', value: `version ${engine.version}, seed ${engine.seed}, ${formatDuration(engine.durationMs)}` },
        ]}
      />
      <StaticNote detection={detection} />
    </Section>
  );
}

function calibrationLines(calibration: Detection['calibration']): Field[] {
  const reason = 'no profile';
  return [
    { label: 'Asked false-positive rate', value: calibration === null ? null : rateText(calibration.targetFalsePositiveRate), reason },
    { label: 'Harmless change flagged', value: calibration === null ? null : rateText(calibration.harmlessFlagRate), reason },
  ];
}

/** Said where people read results: what the figures do not claim. */
function StaticNote({ detection: { kind } }: { detection: Detection }) {
  if (kind !== 'model-evasion') return null;
  return (
    <p className="mt-3 max-w-180 text-label text-ink-2">
      Measured against static attacks: an attacker who knows these detectors can do better than one who does not.
    </p>
  );
}

export default definePage({
  path: '/adversarial-detection/detections/:id',
  title: 'Detection',
  permission: 'adversarial-detection:read',
  group: null,
  icon: 'shield-alert',
  order: 1,
  Page: DetectionPage,
});
