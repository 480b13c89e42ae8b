/** Commands whose input an old tool evaluates as a program. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';
import { type PracticeRules, practiceDetections, practiceExamples } from './workload-practices.ts';

const rules: PracticeRules = { 'evaluated-input': { severity: 'medium' } };

export default defineDetector({
  id: 'pipeline-evaluated-input',
  title: 'A program is handed over as input of a model',
  axis: 'posture',
  severity: 'medium',
  // @source TensorFlow 2.6.4, 2.7.2 and 2.8.1 end it; CVE-2021-41228 is the same for --input_exprs.
  references: ['CVE-2022-29216', 'CVE-2021-41228', 'CWE-94', 'AML.T0010'],
  remedy: 'Give plain numbers and lists, and update TensorFlow to 2.9 or later.',
  detect: (artefact) =>
    practiceDetections(artefact, ['dockerfile', 'compose', 'kubernetes', 'github-workflow', 'gitlab-ci', 'pipeline'], rules),
  flags: practiceExamples(rules, 'github-workflow'),
  passes: [artefactWith({}), artefactWith({ practices: [examplePractice({ subject: 'github-workflow', code: 'remote-script' })] })],
});
