/** Secrets that become part of an image. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';
import { type PracticeRules, practiceDetections, practiceExamples } from './workload-practices.ts';

const rules: PracticeRules = {
  'copies-secret-file': { severity: 'medium' },
  'secret-in-image-environment': { severity: 'medium' },
  'secret-build-argument': { severity: 'low' },
};

export default defineDetector({
  id: 'image-secret',
  title: 'A secret becomes part of the image',
  axis: 'posture',

  severity: 'medium',
  references: ['CWE-538', 'CWE-522', 'AML.T0055', 'LLM02:2025'],
  remedy: 'Hand secrets to a build with --mount=type=secret and to a container through its secret store; list such files in .dockerignore.',
  detect: (artefact) => practiceDetections(artefact, ['dockerfile'], rules),
  flags: practiceExamples(rules, 'dockerfile'),
  passes: [artefactWith({}), artefactWith({ practices: [examplePractice({ subject: 'dockerfile', code: 'nothing-of-the-kind' })] })],
});
