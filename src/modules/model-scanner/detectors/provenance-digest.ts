/** Files whose bytes are not those that a manifest beside them speaks about. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';
import { type PracticeRules, practiceDetections, practiceExamples } from './workload-practices.ts';

const rules: PracticeRules = { 'digest-mismatch': { severity: 'high' }, 'size-mismatch': { severity: 'high' } };

export default defineDetector({
  id: 'provenance-digest',
  title: 'The file is not the one its manifest speaks about',
  axis: 'integrity',
  severity: 'high',
  references: ['CWE-354', 'CWE-345', 'AML.T0010', 'LLM03:2025'],
  remedy: 'Do not load it. Fetch it again from its maker and compare the digest.',
  detect: (artefact) => practiceDetections(artefact, ['repository'], rules),
  flags: practiceExamples(rules, 'repository'),
  passes: [artefactWith({}), artefactWith({ practices: [examplePractice({ subject: 'repository', code: 'digest-not-checked' })] })],
});
