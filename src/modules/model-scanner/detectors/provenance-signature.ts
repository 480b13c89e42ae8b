/** Signatures that are not genuine. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';
import { type PracticeRules, practiceDetections, practiceExamples } from './workload-practices.ts';

const rules: PracticeRules = { 'signature-broken': { severity: 'high' } };

export default defineDetector({
  id: 'provenance-signature',
  title: 'The signature is not genuine',
  axis: 'integrity',
  severity: 'high',
  references: ['CWE-347', 'CWE-345', 'AML.T0010', 'LLM03:2025'],
  remedy: 'Do not load what it is about. Fetch files and signature again from their maker.',
  detect: (artefact) => practiceDetections(artefact, ['repository'], rules),
  flags: practiceExamples(rules, 'repository'),
  passes: [
    artefactWith({}),
    artefactWith({ practices: [examplePractice({ subject: 'repository', code: 'signature-verified' })] }),
    artefactWith({ practices: [examplePractice({ subject: 'repository', code: 'signature-unverified' })] }),
  ],
});
