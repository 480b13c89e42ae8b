/** Python source that hides what it calls. */
import { defineDetector } from '../engine/detector.ts';
import { effectSentence } from '../engine/effect-words.ts';
import { artefactWith, exampleSourceCall } from '../engine/examples.ts';
import { whenItRuns } from '../source-code/phase-words.ts';

export default defineDetector({
  id: 'python-disguised-call',
  title: 'The source hides a call that acts outside',
  axis: 'effect',
  severity: 'critical',
  references: ['CWE-506', 'CWE-94', 'AML.T0010', 'AML.T0011.000', 'LLM03:2025'],
  remedy: 'Do not import or run this file: what is written so that nobody can read it is not meant to be read.',
  detect: ({ sourceCalls }) =>
    sourceCalls
      .filter(({ disguised, family }) => disguised && family === undefined)
      .map(({ expression, effect, certainty, runs, because = '', where }) => ({
        certainty: runs === 'when-called' ? ('possible' as const) : certainty,
        severity: runs === 'when-called' ? ('high' as const) : ('critical' as const),
        effect,
        why: `Put together from pieces or reached by its name as text, this call ${effectSentence(effect)}. ${because} ${whenItRuns(runs)}`,
        evidence: expression,
        where,
      })),
  flags: [
    artefactWith({ sourceCalls: [exampleSourceCall({ disguised: true }), exampleSourceCall({ disguised: true, runs: 'when-called' })] }),
  ],
  passes: [
    artefactWith({ sourceCalls: [exampleSourceCall({})] }),
    artefactWith({ sourceCalls: [exampleSourceCall({ disguised: true, family: 'hidden-code', because: 'It executes hidden text.' })] }),
  ],
});
