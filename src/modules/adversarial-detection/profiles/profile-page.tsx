/** One profile: its rows, every detector's calibration and harmless control, and whether it may decide. */
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { definePage } from '../../../ui/define-page.ts';
import { FieldList } from '../../../ui/field-list.tsx';
import { formatMeasured, formatNumber } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { EmptyNote, Loaded } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { Screen } from '../../../ui/screen.tsx';
import { Section } from '../../../ui/section.tsx';
import { Badge } from '../../../ui/tag.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { QuarantineMark, useAssetName } from '../asset-name.tsx';
import { type CalibratedDetector, getProfile, type Profile, removeProfile } from '../contract.ts';
import { detectorWords, home, pText, rateText, stateWords } from '../threat-words.tsx';
import { RateSimulation } from './rate-simulation.tsx';
import { ScoreStanding, StandingLegend } from './score-standing.tsx';

function ProfilePage({ params }: { params: Readonly<Record<string, string>> }) {
  const answer = useEndpoint(getProfile, { id: params['id'] ?? '' }, { live: ['adversarial-detection.profile-ready'] });
  const profile = answer.data;
  const model = useAssetName(profile?.assetId, profile?.modelId ?? '');
  return (
    <Screen
      title={profile === undefined ? 'Profile' : `Profile of ${model}`}
      shortTitle="Profile"
      path={[home, { label: 'Profiles', to: '/adversarial-detection/profiles' }]}
      ready={profile !== undefined}
      actions={profile !== undefined && profile.state !== 'removed' && <Remove profile={profile} />}
      facts={
        profile !== undefined && (
          <>
            <Badge tone={profile.state === 'ready' ? 'ok' : 'unknown'}>{stateWords[profile.state]}</Badge>
            {profile.stale && <Badge tone="medium">stale</Badge>}
            <QuarantineMark assetId={profile.assetId} />
            <span className="text-ink-2">
              version {profile.version}, <RelativeTime at={profile.createdAt} />
            </span>
          </>
        )
      }
    >
      <Loaded answer={answer} waitsFor="the profile">
        {(found) => (
          <>
            <Decides profile={found} />
            <Detectors profile={found} />
            <RateSimulation profile={found} />
            <Rows profile={found} />
          </>
        )}
      </Loaded>
    </Screen>
  );
}

function Remove({ profile: { id, version, rowsGiven, state } }: { profile: Profile }) {
  const { can } = useSession();
  const [asks, setAsks] = useState(false);
  const [, go] = useLocation();
  const remove = useChange(removeProfile, {
    onDone: () => {
      toast({ text: `Removed version ${version}` });
      go('/adversarial-detection/profiles');
    },
    onRefused: ({ message }) => toast({ text: message }),
  });
  if (!can('adversarial-detection:delete')) return null;
  return (
    <>
      <Button kind="destructive" onClick={() => setAsks(true)}>
        Remove
      </Button>
      <Confirm
        open={asks}
        onClose={() => setAsks(false)}
        title={`Remove version ${version} of this profile?`}
        effect={`Its ${formatNumber(rowsGiven)} rows and all thresholds go${state === 'ready' ? ', and nothing of this model can be decided by it' : ''}. Detections keep their evidence.`}
        verb="Remove the profile"
        busy={remove.isRunning && 'Removing…'}
        onConfirm={() => void remove.run({ id }).then(() => setAsks(false))}
      />
    </>
  );
}

function Decides({ profile: { state, fused, targetFalsePositiveRate, stale, staleReason, problem, live } }: { profile: Profile }) {
  if (fused === null)
    return (
      <Section title="May it decide?">
        <EmptyNote title={state === 'removed' ? 'It was removed' : problem === null ? 'It is being built' : 'It could not be built'}>
          {state === 'removed'
            ? 'Its rows and thresholds are gone; detections cite its version.'
            : (problem ?? 'Its thresholds appear here when the job is done.')}
        </EmptyNote>
      </Section>
    );
  return (
    <Section title="May it decide?" note="all detectors in use, combined and calibrated once more">
      <p className="max-w-180 text-row">
        {fused.canDecide
          ? `Yes: an input with a combined p at or below ${pText(fused.decisionThreshold)} is flagged${fused.leastScore === null ? '' : `, if its score exceeds ${formatMeasured(fused.leastScore)}`}.`
          : 'No: it reports p-values and decides nothing.'}{' '}
        {fused.note}
      </p>
      {stale && <p className="mt-1 text-row">Stale: {staleReason} Nothing is quarantined on it any more.</p>}
      <div className="mt-3">
        <FieldList
          labelWidth={210}
          fields={[
            { label: 'Asked false-positive rate', value: rateText(targetFalsePositiveRate) },
            {
              label: 'Flagged of its own clean rows',
              value: fused.cleanFlagRate === null ? null : rateText(fused.cleanFlagRate),
              reason: 'it cannot decide',
            },
            {
              label: 'Flagged of harmless copies',
              value: fused.harmlessFlagRate === null ? null : rateText(fused.harmlessFlagRate),
              reason: 'it cannot decide',
            },
            {
              label: 'Flagged of those the model answers wrong',
              value: mistakesText(fused.mistakes),
              reason: 'this profile was built before they were counted',
            },
            {
              label: 'Flagged of live inputs',
              value: live.screened === 0 ? null : `${rateText(live.flagged / live.screened)} of ${formatNumber(live.screened)}`,
              reason: 'nothing screened yet',
            },
            { label: 'Smallest possible p', value: pText(fused.smallestPValue) },
          ]}
        />
      </div>
    </Section>
  );
}

function mistakesText(mistakes: { rows: number; flagged: number } | null): string | null {
  if (mistakes === null) return null;
  return mistakes.rows === 0 ? 'it answers all of them right' : `${formatNumber(mistakes.flagged)} of ${formatNumber(mistakes.rows)}`;
}

const scaleWords = {
  percentiles: 'each by its 1–99 percentile range',
  ranges: 'each by its whole range',
  'one-unit': 'all by the widest range: they have one unit',
} as const;

function Detectors({ profile: { detectors } }: { profile: Profile }) {
  if (detectors.length === 0) return null;
  return (
    <Section title="Detectors" note="scores of normal rows, higher is stranger">
      <div className="grid gap-x-8 gap-y-5 tablet:grid-cols-2 desktop:grid-cols-3">
        {detectors.map((detector) => (
          <OneDetector key={detector.id} detector={detector} />
        ))}
      </div>
      <StandingLegend hasSample={false} />
    </Section>
  );
}

function OneDetector({ detector }: { detector: CalibratedDetector }) {
  const { title, status, reason, scores, threshold, calibrationRows, harmlessFlagRate, harmlessCopies } = detector;
  return (
    <div className="min-w-0">
      <p className="mb-1 flex items-center justify-between gap-2">
        <span className="font-name">{title}</span>
        <Badge tone={status === 'used' ? 'ok' : 'unknown'}>{detectorWords[status]}</Badge>
      </p>
      {scores.length > 0 && <ScoreStanding name={title} quantiles={scores} threshold={threshold} sample={null} />}
      <p className="mt-1 text-label text-ink-2 tabular-nums">
        {formatNumber(calibrationRows)} calibration rows, threshold {formatMeasured(threshold)}
      </p>
      <p className="text-label text-ink-2 tabular-nums">
        harmless copies flagged: {rateText(harmlessFlagRate)}
        {harmlessCopies > 0 && ` of ${formatNumber(harmlessCopies)}`}
      </p>
      {reason !== null && <p className="text-label text-ink-2">{reason}</p>}
    </div>
  );
}

const most = 12;
function Rows({ profile }: { profile: Profile }) {
  const { split, labels, constantFeatures } = profile;
  return (
    <Section title="Rows">
      <FieldList
        labelWidth={210}
        fields={[
          { label: 'Given', value: `${formatNumber(profile.rowsGiven)} rows of ${formatNumber(profile.dimensions)} columns` },
          { label: 'In use', value: profile.sampled ? `a stratified sample of ${formatNumber(profile.rowsUsed)}` : 'all' },
          {
            label: 'Split',
            value:
              split === null
                ? null
                : split.leaveOneOut
                  ? 'leave-one-out: every row is scored without itself'
                  : `${formatNumber(split.reference)} reference, ${formatNumber(split.calibration)} calibration, ${formatNumber(split.fusion)} fusion`,
            reason: 'not built yet',
          },
          { label: 'With the model’s own prediction', value: formatNumber(profile.predictionsGiven) },
          { label: 'With its confidence', value: formatNumber(profile.confidencesGiven) },
          {
            label: 'Labels',
            value: `${labels
              .slice(0, most)
              .map((label) => inertLine(String(label), 60))
              .join(', ')}${labels.length > most ? ` and ${labels.length - most} more` : ''}`,
          },
          {
            label: 'Columns are compared',
            value: profile.scale === null ? null : scaleWords[profile.scale],
            reason: 'not built yet, or built before there was a choice',
          },
          {
            label: 'Columns left out (one value)',
            value:
              constantFeatures.length === 0
                ? 'none'
                : `${constantFeatures.slice(0, most).join(', ')}${constantFeatures.length > most ? ` and ${constantFeatures.length - most} more` : ''}`,
          },
          { label: 'Seed', value: String(profile.seed) },
          {
            label: 'SHA-256 of the built profile',
            value: profile.contentSha256 === null ? null : <span className="mono text-code break-all">{profile.contentSha256}</span>,
            reason: 'not built yet',
          },
        ]}
      />
    </Section>
  );
}

export default definePage({
  path: '/adversarial-detection/profiles/:id',
  title: 'Profile',
  permission: 'adversarial-detection:read',
  group: null,
  icon: 'shield-alert',
  order: 2,
  Page: ProfilePage,
});
