/** Models that are published without proof. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';
import { type PracticeRules, practiceDetections, practiceExamples } from './workload-practices.ts';

const rules: PracticeRules = {
  'unsigned-publish': { severity: 'low' },
};

export default defineDetector({
  id: 'pipeline-unsigned-publish',
  title: 'A model is published without signature or digest',
  axis: 'posture',

  severity: 'low',
  references: ['CWE-345', 'CWE-353', 'AML.T0010', 'LLM03:2025'],
  remedy: 'Sign the model (OpenSSF model signing, cosign) or publish its SHA-256 where readers look.',
  detect: (artefact) => practiceDetections(artefact, ['github-workflow', 'gitlab-ci', 'pipeline'], rules),
  flags: practiceExamples(rules, 'github-workflow'),
  passes: [artefactWith({}), artefactWith({ practices: [examplePractice({ subject: 'github-workflow', code: 'nothing-of-the-kind' })] })],
});
