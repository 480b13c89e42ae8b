/** Parameters of a pipeline that become shell. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';
import { type PracticeRules, practiceDetections, practiceExamples } from './workload-practices.ts';

const rules: PracticeRules = {
  'parameter-in-shell': { severity: 'high' },
};

export default defineDetector({
  id: 'pipeline-parameter-in-shell',
  title: 'A parameter of the pipeline becomes part of a script',
  axis: 'posture',

  severity: 'high',
  references: ['CWE-78', 'CWE-94', 'AML.T0010'],
  remedy: 'Hand the value over as an environment variable or an argument, and quote it.',
  detect: (artefact) => practiceDetections(artefact, ['pipeline'], rules),
  flags: practiceExamples(rules, 'pipeline'),
  passes: [artefactWith({}), artefactWith({ practices: [examplePractice({ subject: 'pipeline', code: 'nothing-of-the-kind' })] })],
});
