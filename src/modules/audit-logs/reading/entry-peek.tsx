/** One entry beside the list: what, the difference, who, and the bytes that are hashed. */
import { useEndpoint } from '../../../client/use-endpoint.ts';
import type { OutputOf } from '../../../contract/endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { FieldList } from '../../../ui/field-list.tsx';
import { CodeBlock, InertText } from '../../../ui/inert-text.tsx';
import { Loaded } from '../../../ui/loaded.tsx';
import { Peek, type PeekProps } from '../../../ui/peek.tsx';
import { FullTime } from '../../../ui/relative-time.tsx';
import { Section } from '../../../ui/section.tsx';
import { ActionSentence } from '../actions/action-sentence.tsx';
import { getAuditLog } from '../contract.ts';
import { SealedSection } from '../sealed/sealed-section.tsx';
import { actionWords } from './action-words.tsx';
import { actorName, type People, resourceName } from './actor-name.tsx';
import { ChangeView } from './change-view.tsx';
import { OutcomeBadge } from './entry-columns.tsx';

type Exact = 'user_id' | 'action' | 'resource' | 'resource_id' | 'trace_id';
type EntryPeekProps = Pick<PeekProps, 'place' | 'onPrevious' | 'onNext' | 'onClose'> & {
  id: string;
  people: People;
  onOnly: (name: Exact, value: string) => void;
};
type Whole = OutputOf<typeof getAuditLog>;

export function EntryPeek({ id, people, onOnly, ...frame }: EntryPeekProps) {
  const entry = useEndpoint(getAuditLog, { id });
  return (
    <Peek
      recordId={id}
      name={entry.data === undefined ? 'Entry' : `Entry ${entry.data.index}`}
      title={entry.data === undefined ? 'Entry' : actionWords(entry.data.action)}
      facts={
        entry.data && (
          <>
            <OutcomeBadge outcome={entry.data.outcome} />
            <span className="mono text-mark text-ink-2">{entry.data.action}</span>
          </>
        )
      }
      {...frame}
    >
      <Loaded answer={entry}>{(loaded) => <EntrySections entry={loaded} people={people} onOnly={onOnly} />}</Loaded>
    </Peek>
  );
}

type PartProps = { entry: Whole; people: People; onOnly: EntryPeekProps['onOnly'] };

function EntrySections(props: PartProps) {
  const { entry } = props;
  return (
    <>
      <Section
        title="What was done"
        inset="peek"
        aside={<OnlyButton label="Only this action" onClick={() => props.onOnly('action', entry.action)} />}
      >
        <ActionSentence action={entry.action} />
      </Section>
      {entry.reason !== null && (
        <Section title="Why it was refused" inset="peek">
          <p className="mono text-code">{entry.reason}</p>
        </Section>
      )}
      {entry.change !== null && (
        <Section title="What changed" inset="peek">
          <ChangeView change={entry.change} />
        </Section>
      )}
      <Who {...props} />
      <OnWhat {...props} />
      <SealedSection id={entry.id} personal={entry.personal} />
      <Proof entry={entry} />
    </>
  );
}

function Who({ entry, people, onOnly }: PartProps) {
  const { actor } = entry;
  return (
    <Section title="Who" inset="peek" aside={<OnlyButton label="Only this actor" onClick={() => onOnly('user_id', actor.id)} />}>
      <FieldList
        fields={[
          { label: 'Actor', value: actorName(actor, people) },
          { label: 'Kind', value: actor.kind },
          { label: 'Role then', value: actor.roles.length === 0 ? 'none' : actor.roles.join(', ') },
        ]}
      />
    </Section>
  );
}

function OnWhat({ entry, people, onOnly }: PartProps) {
  const { resource, request } = entry;
  const { id } = resource;
  return (
    <Section
      title="On what"
      inset="peek"
      aside={id === null ? undefined : <OnlyButton label="Only this" onClick={() => onOnly('resource_id', id)} />}
    >
      <FieldList
        fields={[
          { label: 'Resource', value: resource.type },
          { label: 'Id', value: id === null ? 'none' : <InertText text={resourceName(resource, people)} /> },
          { label: 'Request', value: request.endpoint === null ? 'none of its own' : `${request.method ?? ''} ${request.endpoint}` },
          { label: 'Process', value: request.process },
        ]}
      />
      <div className="mt-2 flex flex-wrap items-center gap-2">
        <span className="mono text-mark text-ink-3">trace {request.traceId}</span>
        <CopyButton text={request.traceId} label="Copy the trace id" />
        <OnlyButton label="Only this trace" onClick={() => onOnly('trace_id', request.traceId)} />
      </div>
    </Section>
  );
}

function Proof({ entry }: { entry: Whole }) {
  return (
    <Section title="Proof" note="What is hashed, byte for byte" inset="peek" aside={<CopyButton text={entry.line} label="Copy the line" />}>
      <p className="pb-2 text-ink-2">
        Written <FullTime at={entry.time} />
        {entry.clockRegressed ? ', while the system clock stood before the entry before it' : ''}.
      </p>
      <CodeBlock text={entry.line} label="Line of the entry" />
      <dl className="mt-2 grid gap-1 text-ink-2">
        <Hash name="Hash of this line" value={entry.leaf} />
        <Hash name="Hash of the line before" value={entry.prev} />
      </dl>
    </Section>
  );
}

function OnlyButton({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <Button kind="quiet" size="small" onClick={onClick}>
      {label}
    </Button>
  );
}

function Hash({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt className="text-label text-ink-3">{name}</dt>
      <dd className="mono text-mark break-all">{value}</dd>
    </div>
  );
}
