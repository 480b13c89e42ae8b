/** Sends a test message the moment it opens, and says what came of it. */
import { useEffect, useRef, useState } from 'react';
import { useChange } from '../../../client/use-change.ts';
import { Button, TextLink } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { inertLine } from '../../../ui/inert.ts';
import { CodeBlock } from '../../../ui/inert-text.tsx';
import { ProblemNote } from '../../../ui/loaded.tsx';
import { formatDuration } from '../../../ui/time.ts';
import { type Destination, type DestinationTest, testDestination } from '../contract.ts';
import { MeaningChip, outcomeMeanings } from '../notification-words.tsx';

export function TestDialog({ destination, onClose }: { destination: Destination; onClose: () => void }) {
  const [result, setResult] = useState<DestinationTest | null>(null);
  const test = useChange(testDestination, { onDone: setResult });
  const begun = useRef(false);
  const run = (): void => void test.run({ id: destination.id });
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it opens
  useEffect(() => {
    if (!begun.current) run();
    begun.current = true;
  }, []);
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Test of ${inertLine(destination.name, 60)}`}
      description={inertLine(`One message to ${destination.place}, now.`, 200)}
      actions={
        <>
          <Button busy={test.isRunning && 'Sending…'} onClick={run}>
            Send another
          </Button>
          <Button kind="primary" onClick={onClose}>
            Done
          </Button>
        </>
      }
    >
      <div aria-live="polite" className="grid gap-3">
        {test.isRunning && <p className="text-ink-2">Waiting for the receiver…</p>}
        {!test.isRunning && test.problem !== null && <ProblemNote error={test.problem} />}
        {!test.isRunning && test.problem === null && result !== null && <TestResult result={result} />}
      </div>
    </Dialog>
  );
}

function TestResult({ result: { works, outcome, httpStatus, answer, explanation, deliveryId, durationMs } }: { result: DestinationTest }) {
  const meaning = works || outcome === 'dead' ? outcomeMeanings[outcome] : { ...outcomeMeanings.retry, word: 'Failed, may pass' };
  return (
    <>
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <MeaningChip meaning={meaning} />
        <span className="text-ink-2 tabular-nums">
          {httpStatus === null ? 'no HTTP status' : `HTTP ${httpStatus}`} after {formatDuration(durationMs)}
        </span>
      </p>
      <p className={works ? '' : 'text-critical-ink'}>{inertLine(explanation, 800)}</p>
      {answer !== '' && (
        <div>
          <p className="mb-1 text-label text-ink-3">What the receiver said, secrets removed</p>
          <CodeBlock label="What the receiver said" text={answer} />
        </div>
      )}
      <p>
        <TextLink to={`/notifications/deliveries?peek=${deliveryId}`}>Open its delivery</TextLink>
      </p>
    </>
  );
}
