/** One destination beside the list: how it is doing, what it is set to, and what can be done with it. */
import { useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button, TextLink } from '../../../ui/button.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { FieldList } from '../../../ui/field-list.tsx';
import { formatNumber, plural } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { Loaded } from '../../../ui/loaded.tsx';
import { Peek, type PeekProps } from '../../../ui/peek.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { Section } from '../../../ui/section.tsx';
import { Tag } from '../../../ui/tag.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { changeDestination, type Destination, getDestination, listRules, removeDestination } from '../contract.ts';
import { channelWords, healthMeanings, hoursWords, MeaningChip } from '../notification-words.tsx';
import { AddressDialog } from './address-dialog.tsx';
import { labelOf } from './address-form.tsx';
import { LimitsDialog } from './limits-dialog.tsx';
import { TestDialog } from './test-dialog.tsx';

type Props = Pick<PeekProps, 'place' | 'onPrevious' | 'onNext' | 'onClose'> & { id: string };

export function DestinationPeek({ id, ...frame }: Props) {
  const answer = useEndpoint(getDestination, { id }, { live: ['notifications.'] });
  const destination = answer.data;
  return (
    <Peek
      recordId={id}
      name={destination === undefined ? 'destination' : channelWords[destination.channel]}
      title={destination === undefined ? 'Destination' : inertLine(destination.name, 100)}
      facts={destination && <MeaningChip meaning={healthMeanings[destination.health]} />}
      summary={destination && destination.offReason !== null ? inertLine(destination.offReason, 500) : undefined}
      {...frame}
    >
      <Loaded answer={answer}>{(loaded: Destination) => <Sections destination={loaded} onGone={frame.onClose} />}</Loaded>
    </Peek>
  );
}

function Sections({ destination, onGone }: { destination: Destination; onGone: () => void }) {
  return (
    <>
      <Section title="Next action" inset="peek">
        <Actions destination={destination} onGone={onGone} />
      </Section>
      <Section title="How it is doing" inset="peek">
        <Doing destination={destination} />
      </Section>
      <Section title="Address" inset="peek">
        <FieldList labelWidth={110} fields={addressLines(destination)} />
      </Section>
      <Section title="Hours and limits" inset="peek">
        <FieldList labelWidth={110} fields={limitLines(destination)} />
      </Section>
      <Section title="Rules that send here" inset="peek">
        <Rules id={destination.id} />
      </Section>
    </>
  );
}

type Open = 'test' | 'address' | 'limits' | 'remove' | null;
function Actions({ destination, onGone }: { destination: Destination; onGone: () => void }) {
  const { can } = useSession();
  const [open, setOpen] = useState<Open>(null);
  const close = (): void => setOpen(null);
  const { id, name, enabled, version, waiting } = destination;
  const onRefused = ({ message }: { message: string }): void => void toast({ text: message });
  const turn = useChange(changeDestination, {
    onDone: (after) => toast({ text: after.enabled ? 'Switched on' : 'Switched off' }),
    onRefused,
  });
  const remove = useChange(removeDestination, { onDone: onGone, onRefused });
  if (!can('notifications:update')) return <p className="text-ink-2">Your role may look, and change nothing here.</p>;
  return (
    <div className="flex flex-wrap gap-2">
      <Button kind="primary" disabled={!enabled} onClick={() => setOpen('test')}>
        Send a test
      </Button>
      <Button onClick={() => setOpen('address')}>Change the address</Button>
      <Button onClick={() => setOpen('limits')}>Hours and limits</Button>
      <Button busy={turn.isRunning && 'Switching…'} onClick={() => void turn.run({ id, version, enabled: !enabled })}>
        {enabled ? 'Switch off' : 'Switch on'}
      </Button>
      {can('notifications:delete') && (
        <Button kind="destructive" onClick={() => setOpen('remove')}>
          Remove
        </Button>
      )}
      {open === 'test' && <TestDialog destination={destination} onClose={close} />}
      {open === 'address' && <AddressDialog destination={destination} onClose={close} onMade={close} />}
      {open === 'limits' && <LimitsDialog destination={destination} onClose={close} />}
      <Confirm
        open={open === 'remove'}
        onClose={close}
        title={`Remove ${inertLine(name, 60)}?`}
        effect={`Its secrets are removed. ${waiting === 0 ? 'Nothing waits for it.' : `${plural(waiting, 'queued message')} will not be delivered.`} The ledger stays.`}
        verb="Remove the destination"
        busy={remove.isRunning && 'Removing…'}
        onConfirm={() => void remove.run({ id }).then(close)}
      />
    </div>
  );
}

function Doing({
  destination: { id, health, failuresInRow, pausedUntil, lastSuccessAt, lastFailureAt, waiting },
}: {
  destination: Destination;
}) {
  return (
    <>
      <FieldList
        labelWidth={110}
        fields={[
          { label: 'Delivered', value: <RelativeTime at={lastSuccessAt} never="never" /> },
          { label: 'Failed', value: <RelativeTime at={lastFailureAt} never="never" /> },
          // A final no is an answer: it fails the message, and does not count against the destination.
          ...(failuresInRow === 0 ? [] : [{ label: 'Unreachable', value: `${plural(failuresInRow, 'time')} in a row` }]),
          { label: 'Waiting', value: formatNumber(waiting) },
        ]}
      />
      {health === 'paused' && pausedUntil !== null && (
        <p className="mt-2 text-ink-2">
          {Date.parse(pausedUntil) > Date.now() ? (
            <>
              No attempt for now: it failed 5 times in a row, or asked for time. One message is tried <RelativeTime at={pausedUntil} />.
            </>
          ) : (
            'It failed 5 times in a row, or asked for time. One message is being tried.'
          )}
        </p>
      )}
      <p className="mt-2">
        <TextLink to={`/notifications/deliveries?destination=${id}`}>Its deliveries</TextLink>
      </p>
    </>
  );
}

function addressLines({ channel, settings, secrets, rotatingUntil }: Destination) {
  const words = (value: Destination['settings'][string]): string | null =>
    value === null || value === undefined ? 'none' : inertLine(Array.isArray(value) ? value.join(', ') : String(value), 400);
  return [
    ...Object.entries(settings).map(([name, value]) => ({ label: labelOf(channel, name), value: words(value) })),
    ...secrets.map((name) => ({ label: labelOf(channel, name), value: <Tag>kept, never shown</Tag> })),
    ...(rotatingUntil === null
      ? []
      : [
          {
            label: 'Secret before',
            value: (
              <>
                signs too, until <RelativeTime at={rotatingUntil} form="date" />
              </>
            ),
          },
        ]),
  ];
}

function limitLines({ quiet, storm: { coalesce, perMinute, burst } }: Destination) {
  return [
    { label: 'Quiet hours', value: quiet === null ? 'none' : hoursWords(quiet) },
    { label: 'Limit', value: `${formatNumber(perMinute)} a minute, ${formatNumber(burst)} at once` },
    { label: 'Over it', value: coalesce ? 'put together into one message' : 'waits' },
  ];
}

function Rules({ id }: { id: string }) {
  const answer = useEndpoint(listRules, { destination: id, limit: 20 });
  return (
    <Loaded answer={answer} lines={1} empty={<p className="text-ink-2">None: only tests and messages that name it arrive.</p>}>
      {({ items }) => (
        <ul className="grid gap-1">
          {items.map((rule) => (
            <li key={rule.id}>
              <TextLink to={`/notifications/rules?rule=${rule.id}`}>{inertLine(rule.name, 100)}</TextLink>
            </li>
          ))}
        </ul>
      )}
    </Loaded>
  );
}
