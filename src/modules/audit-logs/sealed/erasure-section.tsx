/** Erasing a person's parts of the log: first what would go and what must stay, then, typed and confirmed, for good. */
import { useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import type { InputOf, OutputOf } from '../../../contract/endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { Choice, TextLine } from '../../../ui/controls.tsx';
import { formatNumber, plural } from '../../../ui/format.ts';
import { Loaded, ProblemNote } from '../../../ui/loaded.tsx';
import { FullTime } from '../../../ui/relative-time.tsx';
import { Section } from '../../../ui/section.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { type ErasableKey, erasePersonal, listErasures, previewErasure } from '../contract.ts';
import { usePeople } from '../reading/actor-name.tsx';

type Ground = InputOf<typeof erasePersonal>['ground'];
/** GDPR, Article 17(1), points a to e. */
const grounds: readonly { value: Ground; label: string }[] = [
  { value: 'no-longer-needed', label: 'No longer needed (17(1)(a))' },
  { value: 'consent-withdrawn', label: 'Consent withdrawn (17(1)(b))' },
  { value: 'objected', label: 'The person objected (17(1)(c))' },
  { value: 'unlawful', label: 'Processed unlawfully (17(1)(d))' },
  { value: 'legal-obligation', label: 'A law asks for it (17(1)(e))' },
];

export function ErasureSection() {
  const mayErase = useSession().can('audit-logs:erase');
  const people = usePeople();
  const [person, setPerson] = useState('');
  const [asked, setAsked] = useState<string | null>(null);
  return (
    <Section
      title="Erasure"
      note="Destroys the keys of a person: their addresses and words can never be read again; entries and proofs stay whole"
    >
      {mayErase ? (
        <div className="flex max-w-150 flex-wrap items-end gap-3">
          <div className="min-w-60 flex-1">
            <TextLine label="Person (id)" value={person} onChange={setPerson} list={[...people.keys()]} />
          </div>
          <Button disabled={person.trim() === ''} onClick={() => setAsked(person.trim())}>
            Look
          </Button>
        </div>
      ) : (
        <p className="text-ink-2">Only an admin or a compliance officer may erase.</p>
      )}
      {people.has(person.trim()) && <p className="pt-1.5 text-label text-ink-3">{people.get(person.trim())}</p>}
      {asked !== null && <Preview subjectId={asked} onDone={() => setAsked(null)} />}
      <Erased />
    </Section>
  );
}

function Preview({ subjectId, onDone }: { subjectId: string; onDone: () => void }) {
  const preview = useEndpoint(previewErasure, { subject_id: subjectId });
  const [ground, setGround] = useState<Ground>('no-longer-needed');
  const [isAsking, setAsking] = useState(false);
  const erase = useChange(erasePersonal, {
    onDone: ({ parts, refused }) => {
      toast({
        text: `Erased ${plural(parts, 'personal part')}${refused.length === 0 ? '' : `, ${plural(refused.length, 'key')} kept`}`,
      });
      onDone();
    },
    onRefused: () => setAsking(false),
  });
  return (
    <div className="mt-4 grid max-w-150 gap-3">
      <Loaded answer={preview} lines={2} waitsFor="what there is">
        {(data) => (
          <>
            <Amounts {...data} />
            {data.keys.length > data.refused && (
              <div className="flex flex-wrap items-end gap-3">
                <Choice
                  label="Ground"
                  value={ground}
                  choices={grounds}
                  onChange={(value) => setGround(grounds.find((one) => one.value === value)?.value ?? ground)}
                />
                <Button kind="destructive" onClick={() => setAsking(true)}>
                  Erase…
                </Button>
              </div>
            )}
            <Confirm
              open={isAsking}
              onClose={() => setAsking(false)}
              title="Erase the personal parts?"
              effect={`${plural(data.parts, 'personal part')} can never be read again, by nobody. Whether this satisfies a given authority is for counsel.`}
              verb="Erase for good"
              busy={erase.isRunning && 'Erasing…'}
              name={subjectId}
              onConfirm={() => void erase.run({ subject_id: subjectId, ground })}
            />
          </>
        )}
      </Loaded>
      {erase.problem !== null && <ProblemNote error={erase.problem} />}
    </div>
  );
}

function Amounts({ keys, parts, refused }: OutputOf<typeof previewErasure>) {
  if (keys.length === 0)
    return <p className="text-ink-2">Nothing personal of this person can be opened: it was erased, or there never was any.</p>;
  return (
    <>
      <p>
        {plural(keys.length - refused, 'key')} can be destroyed, which erases {plural(parts, 'personal part')} of entries.
      </p>
      {refused > 0 && (
        <ul className="grid gap-1 text-ink-2">
          {keys.map((key) => key.refusal !== null && <Kept key={key.id} {...key} refusal={key.refusal} />)}
        </ul>
      )}
    </>
  );
}

function Kept({ month, entries, refusal }: ErasableKey & { refusal: NonNullable<ErasableKey['refusal']> }) {
  return (
    <li>
      Kept: {month}, {plural(entries, 'entry', 'entries')}. {refusal.reason} {refusal.until === null ? '' : `Until ${refusal.until}.`}
    </li>
  );
}

const newest = { limit: 10 } as const;

function Erased() {
  const erased = useEndpoint(listErasures, newest);
  return (
    <div className="mt-4">
      <Loaded answer={erased} lines={2} waitsFor="what was erased" empty={<p className="text-ink-3">Nothing was erased so far.</p>}>
        {({ items, total }) => (
          <>
            <p className="pb-1 text-label text-ink-3">
              Destroyed keys, newest {items.length} of {formatNumber(total)}
            </p>
            <ul className="grid gap-1">
              {items.map(({ id, month, destroyedAt, ground }) => (
                <li key={id}>
                  <span className="mono text-mark text-ink-2">{id}</span> of {month}, <FullTime at={destroyedAt} />,{' '}
                  {ground.replaceAll('-', ' ')}
                </li>
              ))}
            </ul>
          </>
        )}
      </Loaded>
    </div>
  );
}
