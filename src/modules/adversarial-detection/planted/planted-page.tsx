/** Do the detectors still find what they should? Plants attacks and clean controls, and shows what the real detectors said. */
import { useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import type { OutputOf } from '../../../contract/endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { definePage } from '../../../ui/define-page.ts';
import { formatNumber } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { EmptyNote, ProblemNote } from '../../../ui/loaded.tsx';
import { Screen } from '../../../ui/screen.tsx';
import { Section } from '../../../ui/section.tsx';
import { Badge } from '../../../ui/tag.tsx';
import { formatDuration } from '../../../ui/time.ts';
import { type PlantedResult, testDetectors } from '../contract.ts';
import { home, kindWords } from '../threat-words.tsx';

function PlantedPage() {
  const { can } = useSession();
  const [answer, setAnswer] = useState<OutputOf<typeof testDetectors> | null>(null);
  const test = useChange(testDetectors, { invalidates: [], onDone: setAnswer });
  return (
    <Screen
      title="Planted attacks"
      subtitle="Attacks and clean controls are planted and the real detectors run. Nothing is raised, blocked or counted."
      path={[home]}
      actions={
        can('adversarial-detection:create') && (
          <Button kind="primary" busy={test.isRunning && 'Testing…'} onClick={() => void test.run({})}>
            Test the detectors
          </Button>
        )
      }
    >
      {test.problem !== null && <ProblemNote error={test.problem} onRetry={() => void test.run({})} busy={test.isRunning} />}
      {answer === null ? (
        test.problem === null && (
          <EmptyNote title={test.isRunning ? 'The detectors are being tested' : 'Not tested here yet'}>
            {can('adversarial-detection:create')
              ? 'It takes up to a minute or two. Results are not kept: run it after a change of the configuration or of a profile.'
              : 'Analysts and engineers run it. Results are not kept: they are shown to whoever runs it.'}
          </EmptyNote>
        )
      ) : (
        <Section
          title={answer.passed ? 'All passed' : 'Not all passed'}
          note={`seed ${answer.seed}; passed is nine of ten found, and no more false flags than 1 % explains`}
        >
          <ResultTable results={answer.results} />
        </Section>
      )}
    </Screen>
  );
}

function ResultTable({ results }: { results: readonly PlantedResult[] }) {
  return (
    <div className="overflow-x-auto">
      <table className="w-full text-row tabular-nums">
        <thead>
          <tr className="text-left text-label text-ink-3">
            <th className="py-1 pr-3 font-regular">Kind</th>
            <th className="py-1 pr-3 text-right font-regular">Found</th>
            <th className="py-1 pr-3 text-right font-regular">False flags</th>
            <th className="py-1 pr-3 text-right font-regular max-tablet:hidden">Took</th>
            <th className="py-1 pl-4 font-regular">Missed</th>
          </tr>
        </thead>
        <tbody>
          {results.map((one) => (
            <ResultRow key={one.kind} result={one} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const mostNamed = 6;
function ResultRow({ result: { kind, planted, found, missed, cleanRows, falseFlags, skipped, durationMs } }: { result: PlantedResult }) {
  const more = missed.length - mostNamed;
  const named = missed
    .slice(0, mostNamed)
    .map((id) => inertLine(id, 60))
    .join(', ');
  return (
    <tr className="border-t border-line align-top">
      <th scope="row" className="py-1.5 pr-3 text-left font-name">
        {kindWords[kind]}
      </th>
      {skipped === null ? (
        <>
          <td className="py-1.5 pr-3 text-right whitespace-nowrap">
            {formatNumber(found)} of {formatNumber(planted)}
          </td>
          <td className="py-1.5 pr-3 text-right whitespace-nowrap">
            {formatNumber(falseFlags)} of {formatNumber(cleanRows)}
          </td>
          <td className="py-1.5 pr-3 text-right max-tablet:hidden">{formatDuration(durationMs)}</td>
          <td className="py-1.5 pl-4">
            {missed.length === 0 ? <span className="text-ink-3">none</span> : `${named}${more > 0 ? ` and ${more} more` : ''}`}
          </td>
        </>
      ) : (
        <td className="py-1.5" colSpan={4}>
          <Badge tone="unknown">Skipped</Badge> {inertLine(skipped)}
        </td>
      )}
    </tr>
  );
}

export default definePage({
  path: '/adversarial-detection/test',
  title: 'Planted attacks',
  permission: 'adversarial-detection:read',
  group: null,
  icon: 'shield-alert',
  order: 5,
  Page: PlantedPage,
});
