/** Times the log was found smaller than, or other than, what had been signed of it. They stay here for ever. */
import { useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { Button } from '../../../ui/button.tsx';
import { CodeBlock, InertText } from '../../../ui/inert-text.tsx';
import { ReasonDialog } from '../../../ui/reason-dialog.tsx';
import { FullTime } from '../../../ui/relative-time.tsx';
import { Section } from '../../../ui/section.tsx';
import { Badge } from '../../../ui/tag.tsx';
import { acknowledgeRollback, type Epoch } from '../contract.ts';
import { usePeople } from '../reading/actor-name.tsx';

export function EpochSection({ epochs }: { epochs: readonly Epoch[] }) {
  const [answering, setAnswering] = useState<Epoch | null>(null);
  const mayAnswer = useSession().can('audit-logs:administer');
  const people = usePeople();
  return (
    <Section title="Losses" note="Signed entries that are gone or other: an older state of the database was restored, or it was rewritten">
      <ul className="divide-y divide-line border-y border-line">
        {epochs.map((epoch) => (
          <li key={epoch.number} className="grid gap-2 py-3">
            <p className="flex flex-wrap items-center gap-3">
              <span className="font-name">
                {isRewritten(epoch)
                  ? `Other entries were signed, of the first ${epoch.lostTo}`
                  : `Entries ${epoch.firstIndex} to ${epoch.lostTo - 1}`}
              </span>
              <Badge tone={epoch.acknowledged === null ? 'critical' : 'info'}>
                {epoch.acknowledged === null ? 'Not acknowledged' : 'Acknowledged'}
              </Badge>
              <span className="text-ink-2">
                seen <FullTime at={epoch.beganAt} /> in {epoch.place}
              </span>
              {epoch.acknowledged === null && mayAnswer && <Button onClick={() => setAnswering(epoch)}>Acknowledge</Button>}
            </p>
            {epoch.acknowledged !== null && (
              <p className="text-ink-2">
                {people.get(epoch.acknowledged.by) ?? epoch.acknowledged.by}, <FullTime at={epoch.acknowledged.at} />:{' '}
                <InertText text={epoch.acknowledged.words} limit={2000} />
              </p>
            )}
            <CodeBlock label="Checkpoint of what was lost" text={epoch.note} />
          </li>
        ))}
      </ul>
      {answering !== null && <AnswerDialog epoch={answering} onClose={() => setAnswering(null)} />}
    </Section>
  );
}

/** Not smaller than what was signed: of another root. */
const isRewritten = ({ firstIndex, lostTo }: Epoch): boolean => lostTo <= firstIndex;

function AnswerDialog({ epoch, onClose }: { epoch: Epoch; onClose: () => void }) {
  const answer = useChange(acknowledgeRollback, { onDone: onClose });
  return (
    <ReasonDialog
      title={
        isRewritten(epoch)
          ? 'Acknowledge that other entries were signed'
          : `Acknowledge the loss of ${epoch.lostTo - epoch.firstIndex} entries`
      }
      description="The alarm ends; the loss stays in the log, on this page and in every export."
      verb="Acknowledge the loss"
      busy="Writing…"
      label="What happened"
      least={10}
      most={2000}
      problem={answer.problem}
      onSubmit={(words) => answer.run({ number: epoch.number, words })}
      onClose={onClose}
    />
  );
}
