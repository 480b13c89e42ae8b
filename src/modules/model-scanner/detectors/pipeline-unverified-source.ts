/** Models, data and packages whose bytes nobody checks. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';
import { type PracticeRules, practiceDetections, practiceExamples } from './workload-practices.ts';

const rules: PracticeRules = {
  'plain-http-model': { severity: 'high', title: 'A model is fetched over http' },
  'plain-http-data': { severity: 'medium', title: 'Data is fetched over http' },
  'model-without-digest': { severity: 'low', title: 'A model is fetched whose content nothing fixes' },
  'untrusted-index': { severity: 'medium', title: 'Packages come over a connection that nobody has checked' },
  'certificate-check-off': { severity: 'medium', title: 'The check of certificates is off', references: ['CWE-295'] },
};

export default defineDetector({
  id: 'pipeline-unverified-source',
  title: 'Something is fetched that nobody checks',
  axis: 'posture',

  severity: 'medium',
  references: ['CWE-494', 'CWE-319', 'AML.T0010', 'LLM03:2025'],
  remedy: 'Fetch over https from a fixed revision and compare the SHA-256 before use.',
  detect: (artefact) =>
    practiceDetections(artefact, ['dockerfile', 'compose', 'kubernetes', 'github-workflow', 'gitlab-ci', 'pipeline', 'mcp-config'], rules),
  flags: practiceExamples(rules, 'dockerfile'),
  passes: [artefactWith({}), artefactWith({ practices: [examplePractice({ subject: 'dockerfile', code: 'nothing-of-the-kind' })] })],
});
