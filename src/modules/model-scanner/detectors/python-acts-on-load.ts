/** Python source that acts outside when it is imported or built: ordinary for a script, not for a file that a model has imported. */
import { defineDetector } from '../engine/detector.ts';
import { effectSentence } from '../engine/effect-words.ts';
import { artefactWith, exampleSourceCall } from '../engine/examples.ts';
import { whenItRuns } from '../source-code/phase-words.ts';

const mostOfOneFile = 20;

export default defineDetector({
  id: 'python-acts-on-load',
  title: 'The source acts outside when it is loaded',
  axis: 'posture',
  severity: 'informational',
  references: ['CWE-829', 'AML.T0010', 'LLM03:2025'],
  remedy: 'Import or run this file only when you know where it comes from.',
  detect: ({ sourceCalls }) =>
    sourceCalls
      .filter(
        ({ disguised, family, runs, certainty }) => !disguised && family === undefined && runs !== 'when-called' && certainty !== 'unknown',
      )
      .slice(0, mostOfOneFile)
      .map(({ expression, effect, certainty, runs, because = '', where }) => ({
        certainty,
        effect,
        why: `The call ${effectSentence(effect)}. ${because} ${whenItRuns(runs)}`.replaceAll(/ {2,}/g, ' '),
        evidence: expression,
        where,
      })),
  flags: [artefactWith({ sourceCalls: [exampleSourceCall({})] })],
  passes: [
    artefactWith({ sourceCalls: [exampleSourceCall({ runs: 'when-called' })] }),
    artefactWith({ sourceCalls: [exampleSourceCall({ certainty: 'unknown', expression: "subprocess.run(['nvidia-smi'])" })] }),
  ],
});
