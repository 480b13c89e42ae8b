/** Ports and limits of workloads that serve models. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';
import { type PracticeRules, practiceDetections, practiceExamples } from './workload-practices.ts';

const rules: PracticeRules = {
  'published-port': { severity: 'low' },
  'open-service': { severity: 'medium' },
  'no-limits': { severity: 'informational', title: 'A GPU workload has no limits' },
};

export default defineDetector({
  id: 'workload-exposure',
  title: 'A model server is reachable by others',
  axis: 'posture',

  severity: 'low',
  references: ['CWE-668', 'CWE-770', 'AML.T0049'],
  remedy: 'Publish on 127.0.0.1 or behind a gateway that asks for a login; set limits of memory and processors.',
  detect: (artefact) => practiceDetections(artefact, ['compose', 'kubernetes'], rules),
  flags: practiceExamples(rules, 'compose'),
  passes: [artefactWith({}), artefactWith({ practices: [examplePractice({ subject: 'compose', code: 'nothing-of-the-kind' })] })],
});
