/** One message: its five lines, and every attempt to deliver it. */
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button, TextLink } from '../../../ui/button.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { FieldList } from '../../../ui/field-list.tsx';
import { plural } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { CodeBlock, InertText } from '../../../ui/inert-text.tsx';
import { Loaded } from '../../../ui/loaded.tsx';
import { Peek, type PeekProps } from '../../../ui/peek.tsx';
import { FullTime, RelativeTime } from '../../../ui/relative-time.tsx';
import { Section } from '../../../ui/section.tsx';
import { SeverityChip } from '../../../ui/severity.tsx';
import { formatDuration } from '../../../ui/time.ts';
import { toast } from '../../../ui/toast-store.ts';
import { type DeliveryAttempt, type DeliveryDetail, getDelivery, replayDelivery } from '../contract.ts';
import { channelWords, MeaningChip, outcomeMeanings, stateMeanings } from '../notification-words.tsx';

type Props = Pick<PeekProps, 'place' | 'onPrevious' | 'onNext' | 'onClose'> & { id: string };

export function DeliveryPeek({ id, ...frame }: Props) {
  const answer = useEndpoint(getDelivery, { id }, { live: ['notifications.'] });
  const delivery = answer.data;
  return (
    <Peek
      recordId={id}
      name={id.slice(-12)}
      title={delivery === undefined ? 'Delivery' : inertLine(delivery.title, 300)}
      facts={
        delivery && (
          <>
            <MeaningChip meaning={stateMeanings[delivery.state]} />
            <SeverityChip severity={delivery.severity} />
          </>
        )
      }
      summary={delivery && delivery.reason !== null ? inertLine(delivery.reason, 500) : undefined}
      {...frame}
    >
      <Loaded answer={answer}>{(loaded: DeliveryDetail) => <Sections delivery={loaded} />}</Loaded>
    </Peek>
  );
}

function Sections({ delivery }: { delivery: DeliveryDetail }) {
  const { lines, history } = delivery;
  return (
    <>
      <Section title="Message" inset="peek">
        <FieldList
          labelWidth={92}
          fields={[
            { label: 'What', value: <InertText text={lines.what} /> },
            { label: 'Where', value: <InertText text={lines.where} /> },
            { label: 'How bad', value: <InertText text={lines.howBad} /> },
            { label: 'Done so far', value: <InertText text={lines.done} /> },
            { label: 'Link', value: <InertText className="mono break-all text-code" text={lines.link} /> },
          ]}
        />
      </Section>
      <Section title="Next action" inset="peek">
        <NextAction delivery={delivery} />
      </Section>
      <Section title="Attempts" note={history.length === 0 ? undefined : plural(history.length, 'attempt')} inset="peek">
        {history.length === 0 ? <NoAttempt delivery={delivery} /> : <Attempts history={history} />}
      </Section>
      <Section title="Facts" inset="peek">
        <Facts delivery={delivery} />
      </Section>
    </>
  );
}

function NextAction({ delivery }: { delivery: DeliveryDetail }) {
  const { id, state, event, digestId, digestSize } = delivery;
  const { can } = useSession();
  const replay = useChange(replayDelivery, {
    onDone: () => toast({ text: 'Queued again, under the same id' }),
    onRefused: ({ message }) => toast({ text: message }),
  });
  return (
    <div className="flex flex-wrap items-center gap-3">
      {state === 'queued' && digestId === null && (
        <span className="text-ink-2">
          <Waits delivery={delivery} />
        </span>
      )}
      {state !== 'queued' && event !== 'test' && can('notifications:update') && (
        <Button busy={replay.isRunning && 'Queueing…'} onClick={() => void replay.run({ id })}>
          Replay
        </Button>
      )}
      {digestSize > 0 && <TextLink to={`/notifications/deliveries?digest=${id}`}>The {plural(digestSize, 'message')} it carries</TextLink>}
      {digestId !== null && <TextLink to={`/notifications/deliveries?peek=${digestId}`}>The digest that carries it</TextLink>}
      {event === 'test' && <span className="text-ink-2">A test is sent once.</span>}
    </div>
  );
}

/** Its time has come and it was not taken: what is ahead of it, or its destination, holds it back. */
function Waits({ delivery: { destinationId, nextAt } }: { delivery: DeliveryDetail }) {
  if (nextAt !== null && Date.parse(nextAt) > Date.now())
    return (
      <>
        The next attempt is <RelativeTime at={nextAt} />.
      </>
    );
  return (
    <>
      It waits for its turn: an earlier message of the same matter, or a pause of{' '}
      <TextLink to={`/notifications?peek=${destinationId}`}>its destination</TextLink>.
    </>
  );
}

function NoAttempt({ delivery: { digestId, held } }: { delivery: DeliveryDetail }) {
  if (digestId !== null) return <p className="text-ink-2">None of its own: its digest is what is delivered.</p>;
  if (held === 'repeat') return <p className="text-ink-2">None yet: a repeat waits five minutes and goes together with others.</p>;
  if (held === 'quiet') return <p className="text-ink-2">None yet: quiet hours hold it back.</p>;
  return <p className="text-ink-2">None yet.</p>;
}

function Attempts({ history }: { history: readonly DeliveryAttempt[] }) {
  return (
    <ol className="grid gap-3">
      {[...history].reverse().map((attempt) => (
        <li key={attempt.id} className="border-b border-line pb-3 last:border-b-0 last:pb-0">
          <OneAttempt attempt={attempt} />
        </li>
      ))}
    </ol>
  );
}

function OneAttempt({
  attempt: { number, startedAt, finishedAt, outcome, httpStatus, answer, reason, nextAt },
}: {
  attempt: DeliveryAttempt;
}) {
  const took = finishedAt === null ? null : Date.parse(finishedAt) - Date.parse(startedAt);
  return (
    <>
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="tabular-nums">{number}.</span>
        <MeaningChip meaning={outcomeMeanings[outcome]} />
        {httpStatus !== null && <span className="tabular-nums">HTTP {httpStatus}</span>}
        <span className="text-ink-2">
          <FullTime at={startedAt} />
          {took !== null && `, ${formatDuration(took)}`}
        </span>
      </p>
      {outcome === 'unfinished' && (
        <p className="mt-1 text-ink-2">It still runs, or the process ended before an answer was written down. The receiver may have it.</p>
      )}
      {reason !== null && <p className="mt-1">{inertLine(reason, 500)}</p>}
      {nextAt !== null && (
        <p className="mt-1 text-ink-2">
          Next try set for <FullTime at={nextAt} />.
        </p>
      )}
      {answer !== '' && (
        <div className="mt-1.5">
          <CodeBlock label="What the receiver said" text={answer} />
        </div>
      )}
    </>
  );
}

function Facts({ delivery }: { delivery: DeliveryDetail }) {
  const { id, destinationId, destinationName, channel, event, remoteId, incidentId, alertId, replays, expiresAt, createdAt } = delivery;
  return (
    <FieldList
      labelWidth={92}
      fields={[
        {
          label: 'Destination',
          value: (
            <>
              <TextLink to={`/notifications?peek=${destinationId}`}>{inertLine(destinationName, 100)}</TextLink>, {channelWords[channel]}
            </>
          ),
        },
        { label: 'Event', value: inertLine(event, 60) },
        ...(incidentId === null
          ? []
          : [{ label: 'Incident', value: <TextLink to={`/incidents/${incidentId}`}>Open the incident</TextLink> }]),
        ...(alertId === null
          ? []
          : [{ label: 'Alert', value: <TextLink to={`/security-alerts?peek=${alertId}`}>Open the alert</TextLink> }]),
        {
          label: 'Id',
          value: (
            <span className="mono inline-flex items-center gap-1 text-code break-all">
              {id} <CopyButton text={id} label="Copy the id" />
            </span>
          ),
        },
        ...(remoteId === null ? [] : [{ label: 'Over there', value: <InertText className="mono break-all text-code" text={remoteId} /> }]),
        { label: 'Made', value: <FullTime at={createdAt} /> },
        { label: 'Given up', value: <FullTime at={expiresAt} /> },
        { label: 'Replayed', value: replays === 0 ? 'never' : plural(replays, 'time') },
      ]}
    />
  );
}
