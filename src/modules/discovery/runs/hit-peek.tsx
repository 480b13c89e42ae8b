/** One hit beside its list: what it is, where it was seen with redacted lines, how it hangs together, and taking it in. */
import { useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { Button, ButtonLink } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FieldList } from '../../../ui/field-list.tsx';
import { plural } from '../../../ui/format.ts';
import { InertText } from '../../../ui/inert-text.tsx';
import { ProblemNote } from '../../../ui/loaded.tsx';
import { Mark } from '../../../ui/mark.tsx';
import { Peek, type PeekProps } from '../../../ui/peek.tsx';
import { Section } from '../../../ui/section.tsx';
import { Tag } from '../../../ui/tag.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { registerHit, type StoredHit } from '../contract.ts';
import { kindWords, StateBadge } from './run-words.tsx';

type HitPeekProps = Pick<PeekProps, 'place' | 'onPrevious' | 'onNext' | 'onClose'> & { hit: StoredHit };
const confidenceWords = {
  certain: 'Read from content: certain.',
  probable: 'Structure and name agree: probable.',
  possible: 'One weak sign: possible.',
} as const;

export function HitPeek({ hit, ...frame }: HitPeekProps) {
  const { can } = useSession();
  const [isTaking, setTaking] = useState(false);
  return (
    <Peek
      recordId={hit.id}
      name={kindWords[hit.kind].word}
      title={hit.name}
      facts={
        <>
          <StateBadge state={hit.state} />
          <Tag>{hit.method}</Tag>
          <Mark mark={hit.confidence === 'possible' ? 'inferred' : 'static'} />
        </>
      }
      {...frame}
    >
      <Section title="How sure" inset="peek">
        <p className="text-ink-2">{confidenceWords[hit.confidence]}</p>
      </Section>
      <Section title="Next action" inset="peek">
        {hit.assetType === null && <p className="text-ink-2">Evidence about other assets; it is not an asset of its own.</p>}
        <div className="flex flex-wrap gap-2">
          {hit.assetId !== null && <ButtonLink to={`/ai-assets/${hit.assetId}`}>Open the asset</ButtonLink>}
          {hit.assetId !== null && hit.state !== 'gone' && can('ai-assets:update') && (
            <Button kind="primary" onClick={() => setTaking(true)}>
              Claim
            </Button>
          )}
        </div>
      </Section>
      <HitEvidence hit={hit} />
      {isTaking && <TakeDialog hit={hit} onClose={() => setTaking(false)} />}
    </Peek>
  );
}

function HitEvidence({ hit }: { hit: StoredHit }) {
  const facts = Object.entries(hit.facts);
  return (
    <>
      <Section title="Evidence" note={plural(hit.where.length + hit.whereLeftOut, 'place')} inset="peek">
        <ul className="grid gap-2">
          {hit.where.map(({ path, line, evidence }) => (
            <li key={`${path} ${line}`} className="min-w-0">
              <div className="mono break-all text-code">
                <InertText text={line === null ? path : `${path}:${line}`} limit={600} />
              </div>
              <div className="text-label text-ink-2">
                <InertText text={evidence} limit={300} />
              </div>
            </li>
          ))}
          {hit.whereLeftOut > 0 && <li className="text-ink-3">{plural(hit.whereLeftOut, 'more place')}</li>}
        </ul>
      </Section>
      {facts.length > 0 && (
        <Section title="Facts" inset="peek">
          <FieldList
            labelWidth={120}
            fields={facts.map(([label, value]) => ({ label, value: <InertText text={String(value)} limit={500} /> }))}
          />
        </Section>
      )}
      {hit.edges.length > 0 && (
        <Section title="Linked to" inset="peek">
          <ul className="grid gap-1">
            {hit.edges.map(({ kind, toKey, inferred }) => (
              <li key={`${kind} ${toKey}`} className="flex flex-wrap items-baseline gap-x-2">
                <span className="text-ink-2">{kind.replaceAll('_', ' ')}</span>
                <span className="mono break-all text-code">
                  <InertText text={toKey} limit={400} />
                </span>
                {inferred && <Mark mark="inferred" />}
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

function TakeDialog({ hit, onClose }: { hit: StoredHit; onClose: () => void }) {
  const { user } = useSession();
  const [owner, setOwner] = useState(user?.name ?? '');
  const take = useChange(registerHit, {
    invalidates: ['discovery', 'ai-assets'],
    onDone: () => toast({ text: `Claimed ${hit.name} for ${owner}` }),
  });
  const save = async (): Promise<void> => {
    if ((await take.run({ id: hit.id, owner })) !== null) onClose();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Claim ${hit.name}`}
      description="It joins the inventory with an owner. One that is claimed already keeps its owner."
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" disabled={owner.trim() === ''} busy={take.isRunning && 'Claiming…'} onClick={() => void save()}>
            Claim
          </Button>
        </>
      }
    >
      <label className="grid gap-1">
        <span className="font-name">Owner</span>
        <input
          value={owner}
          maxLength={120}
          onChange={(event) => setOwner(event.target.value)}
          className="finger h-8 rounded-control border border-line-strong bg-surface px-2.5"
        />
      </label>
      {take.problem !== null && <ProblemNote error={take.problem} />}
    </Dialog>
  );
}
