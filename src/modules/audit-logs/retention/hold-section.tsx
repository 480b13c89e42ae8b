/** Legal holds: what must be kept, by whom it was asked, and its release with a reason. */
import { useState } from 'react';
import { z } from 'zod';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FieldList } from '../../../ui/field-list.tsx';
import { Form, TextAreaField, TextField } from '../../../ui/form.tsx';
import { InertText } from '../../../ui/inert-text.tsx';
import { EmptyNote, Loaded } from '../../../ui/loaded.tsx';
import { ReasonDialog } from '../../../ui/reason-dialog.tsx';
import { FullTime } from '../../../ui/relative-time.tsx';
import { Section } from '../../../ui/section.tsx';
import { Badge } from '../../../ui/tag.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { type LegalHold, listHolds, placeHold, releaseHold } from '../contract.ts';
import { type People, usePeople } from '../reading/actor-name.tsx';

const holdsOnce = { limit: 100 } as const;

export function HoldSection() {
  const holds = useEndpoint(listHolds, holdsOnce);
  const mayHold = useSession().can('audit-logs:hold');
  const people = usePeople();
  const [isPlacing, setPlacing] = useState(false);
  const [releasing, setReleasing] = useState<LegalHold | null>(null);
  const empty = (
    <EmptyNote title="No legal hold">Nothing is kept beyond its term, and whoever asks can have their personal parts erased.</EmptyNote>
  );
  return (
    <Section
      title="Legal holds"
      note="What must be kept, whatever its term"
      aside={mayHold ? <Button onClick={() => setPlacing(true)}>Place a hold</Button> : undefined}
    >
      <Loaded answer={holds} lines={2} waitsFor="the legal holds" empty={empty}>
        {({ items }) => (
          <ul className="divide-y divide-line border-y border-line">
            {items.map((hold) => (
              <Hold key={hold.id} hold={hold} people={people} onRelease={mayHold ? () => setReleasing(hold) : null} />
            ))}
          </ul>
        )}
      </Loaded>
      {isPlacing && <PlaceDialog onClose={() => setPlacing(false)} />}
      {releasing !== null && <ReleaseDialog hold={releasing} onClose={() => setReleasing(null)} />}
    </Section>
  );
}

function Hold({ hold, people, onRelease }: { hold: LegalHold; people: People; onRelease: (() => void) | null }) {
  const { reason, subjectId, since, until, placedBy, placedAt, releasedBy, releasedAt, releaseReason } = hold;
  const name = (id: string): string => people.get(id) ?? id;
  return (
    <li className="flex flex-wrap items-start gap-3 py-3">
      <div className="min-w-60 flex-1">
        <p className="pb-1 font-name">
          <InertText text={reason} limit={1000} />{' '}
          <Badge tone={releasedAt === null ? 'accent' : 'info'}>{releasedAt === null ? 'In force' : 'Released'}</Badge>
        </p>
        <FieldList
          labelWidth={90}
          fields={[
            {
              label: 'Covers',
              value: `${subjectId === null ? 'everybody' : name(subjectId)}, ${since === null ? 'from the beginning' : `from ${since}`}, ${until === null ? 'without end' : `before ${until}`}`,
            },
            {
              label: 'Placed',
              value: (
                <>
                  by {name(placedBy)}, <FullTime at={placedAt} />
                </>
              ),
            },
            ...(releasedAt === null || releasedBy === null
              ? []
              : [
                  {
                    label: 'Released',
                    value: (
                      <>
                        by {name(releasedBy)}, <FullTime at={releasedAt} />: <InertText text={releaseReason ?? ''} limit={1000} />
                      </>
                    ),
                  },
                ]),
          ]}
        />
      </div>
      {releasedAt === null && onRelease !== null && (
        <Button size="small" onClick={onRelease}>
          Release
        </Button>
      )}
    </li>
  );
}

const day = z.union([z.literal(''), z.iso.date('a day as 2026-05-31')]);
const HoldForm = z.object({
  reason: z.string().trim().min(1, 'why it must be kept').max(1000),
  subject_id: z.string().trim().max(200),
  since: day,
  until: day,
});

function PlaceDialog({ onClose }: { onClose: () => void }) {
  const place = useChange(placeHold, {
    onDone: () => {
      toast({ text: 'Hold placed' });
      onClose();
    },
  });
  const send = ({ reason, subject_id, since, until }: z.infer<typeof HoldForm>) =>
    place.run({
      reason,
      ...(subject_id === '' ? {} : { subject_id }),
      ...(since === '' ? {} : { since }),
      ...(until === '' ? {} : { until }),
    });
  return (
    <Dialog open onClose={onClose} title="Place a legal hold" description="It lasts until somebody releases it and says why.">
      <Form
        schema={HoldForm}
        initial={{ reason: '', subject_id: '', since: '', until: '' }}
        onSubmit={send}
        problem={place.problem}
        submit="Place the hold"
        busy="Placing…"
        onCancel={onClose}
      >
        <TextAreaField name="reason" label="Reason" help="The case, and who asked. It is sealed in the log." rows={3} />
        <TextField name="subject_id" label="Person (id)" help="Left empty: everybody." mono />
        <TextField name="since" label="From" help="First day, as 2026-05-01. Left empty: from the beginning." mono />
        <TextField name="until" label="Before" help="First day that is not held. Left empty: without end." mono />
      </Form>
    </Dialog>
  );
}

function ReleaseDialog({ hold, onClose }: { hold: LegalHold; onClose: () => void }) {
  const release = useChange(releaseHold, {
    onDone: () => {
      toast({ text: 'Hold released' });
      onClose();
    },
  });
  return (
    <ReasonDialog
      title="Release the hold"
      description="What it kept follows its term again: months may be dropped tonight."
      verb="Release the hold"
      busy="Releasing…"
      most={1000}
      problem={release.problem}
      onSubmit={(reason) => release.run({ id: hold.id, reason })}
      onClose={onClose}
    />
  );
}
