/** One round: what was decided, who was left out and why, and how the updates lie to each other. */
import { useMemo } from 'react';
import { linkTo } from '../../client/request.ts';
import { useSession } from '../../client/session.ts';
import { useChange } from '../../client/use-change.ts';
import { useEndpoint } from '../../client/use-endpoint.ts';
import { Button, ButtonLink, DownloadLink } from '../../ui/button.tsx';
import { definePage } from '../../ui/define-page.ts';
import { FieldList } from '../../ui/field-list.tsx';
import { formatBytes, formatNumber, plural } from '../../ui/format.ts';
import { inertLine } from '../../ui/inert.ts';
import { InertText } from '../../ui/inert-text.tsx';
import { EmptyNote, Loaded } from '../../ui/loaded.tsx';
import { Scatter, type ScatterPoint } from '../../ui/scatter.tsx';
import { Screen } from '../../ui/screen.tsx';
import { Columns, Section } from '../../ui/section.tsx';
import { SeverityShape } from '../../ui/severity.tsx';
import { toast } from '../../ui/toast-store.ts';
import { clientVerdicts, closeRound, downloadAggregate, getRound, type RoundDetail } from './contract.ts';
import { checkWords, DecisionBadge, decisionWords, ruleWords, verdictWords } from './round-words.tsx';
import { UpdateTable } from './update-table.tsx';

function RoundPage({ params }: { params: Readonly<Record<string, string>> }) {
  const answer = useEndpoint(getRound, { id: params['id'] ?? '' }, { live: ['federated-learning.'], keepPrevious: true });
  const round = answer.data;
  return (
    <Screen
      title={round === undefined ? 'Round' : `${inertLine(round.assetName ?? round.modelId, 120)}, round ${formatNumber(round.round)}`}
      path={[{ label: 'Federated learning', to: '/federated-learning' }]}
      ready={round !== undefined}
      facts={round !== undefined && <DecisionBadge round={round} />}
      actions={round !== undefined && <RoundActions round={round} />}
    >
      <Loaded answer={answer} waitsFor="the round">
        {(here) => <RoundView round={here} />}
      </Loaded>
    </Screen>
  );
}

function RoundActions({ round }: { round: RoundDetail }) {
  const { can } = useSession();
  const close = useChange(closeRound, {
    onDone: ({ decision }) => toast({ text: `Judged: ${decisionWords[decision].toLowerCase()}` }),
    onRefused: (problem) => toast({ text: problem.message }),
  });
  return (
    <>
      {round.assetId !== null && can('ai-assets:read') && <ButtonLink to={`/ai-assets/${round.assetId}`}>The model</ButtonLink>}
      {round.aggregate !== null && <DownloadLink href={linkTo(downloadAggregate, { id: round.id })}>Save the aggregate</DownloadLink>}
      {round.state !== 'closed' && can('federated-learning:update') && (
        <Button
          kind="primary"
          disabled={round.items.length === 0}
          busy={close.isRunning && 'Judging…'}
          onClick={() => void close.run({ id: round.id })}
        >
          {round.state === 'open' ? 'Close the round' : 'Judge again'}
        </Button>
      )}
    </>
  );
}

function RoundView({ round }: { round: RoundDetail }) {
  return (
    <>
      <Columns tracks="3fr 2fr">
        <Section title="How the updates lie" note={round.hasRoot ? 'cosine with the root update' : 'cosine with the coordinate median'}>
          <UpdateScatter round={round} />
        </Section>
        <Section title="Outcome">
          <Outcome round={round} />
        </Section>
      </Columns>
      <Section title="Updates" note={plural(round.items.length, 'client')}>
        {round.items.length === 0 ? (
          <EmptyNote title="No update yet">Clients may send theirs until the round is closed.</EmptyNote>
        ) : (
          <UpdateTable round={round} />
        )}
      </Section>
      {round.checks.length > 0 && (
        <Section title="Checks">
          <CheckList round={round} />
        </Section>
      )}
    </>
  );
}

const kindWords = clientVerdicts.map((verdict) => verdictWords[verdict]);

function UpdateScatter({ round }: { round: RoundDetail }) {
  const points = useMemo(() => {
    const norms = round.items.flatMap(({ figures }) => (figures === null ? [] : [figures.norm])).toSorted((one, other) => one - other);
    const typical = norms[norms.length >>> 1] || 1;
    return round.items.flatMap(({ clientId, figures, verdict }): ScatterPoint[] => {
      if (figures === null || verdict === null) return [];
      const share = (100 * figures.norm) / typical;
      return [
        {
          x: share,
          y: figures.cosine,
          kind: verdictWords[verdict],
          name: `${inertLine(clientId, 60)}, ${formatNumber(share)} % of the median length`,
        },
      ];
    });
  }, [round.items]);
  if (points.length === 0)
    return <p className="text-ink-2">{round.decision === null ? 'Drawn once the round is closed.' : 'No update could be measured.'}</p>;
  return (
    <Scatter label="Updates of the round" points={points} kinds={kindWords} xName="length, % of the median" yName="cosine" height={240} />
  );
}

function Outcome({ round }: { round: RoundDetail }) {
  const { aggregate, severity } = round;
  return (
    <div className="grid gap-3">
      {round.reason !== null && (
        <p className="flex items-baseline gap-2">
          {severity !== null && <SeverityShape severity={severity} />}
          <span className="first-letter:uppercase">{round.reason}.</span>
        </p>
      )}
      <FieldList
        labelWidth={128}
        fields={[
          { label: 'Averaged by', value: ruleWords[round.rule] },
          { label: 'Assumed malicious', value: formatNumber(round.assumedMalicious) },
          { label: 'Root update', value: round.hasRoot ? 'given' : 'none: clients are compared with each other' },
          {
            label: 'Aggregate',
            value:
              aggregate === null
                ? null
                : `${plural(aggregate.parameters, 'number')} of ${plural(round.aggregated.length, 'client')}, ${formatBytes(aggregate.bytes)}`,
            reason: round.decision === null ? 'the round is open' : 'it could not be decided',
          },
          ...(aggregate === null
            ? []
            : [{ label: 'SHA-256', value: <span className="mono break-all text-code">{aggregate.sha256}</span> }]),
        ]}
      />
      {round.groups.map((group) => (
        <p key={group.join(' ')}>
          Acting as one: <InertText text={group.join(', ')} limit={400} />
        </p>
      ))}
    </div>
  );
}

function CheckList({ round }: { round: RoundDetail }) {
  return (
    <ul className="grid gap-1.5">
      {round.checks.map(({ check, status, reason, method }) => (
        <li key={check} className="flex flex-wrap gap-x-3">
          <span className="w-36 font-name">{checkWords[check] ?? check}</span>
          <span className="min-w-0 flex-1 text-ink-2">{status === 'evaluated' ? method : `not evaluated: ${reason ?? 'unknown'}`}</span>
        </li>
      ))}
    </ul>
  );
}

export default definePage({
  path: '/federated-learning/:id',
  title: 'Round',
  permission: 'federated-learning:read',
  group: null,
  icon: 'waypoints',
  order: 7,
  Page: RoundPage,
});
