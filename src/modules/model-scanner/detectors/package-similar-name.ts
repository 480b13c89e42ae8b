/** A package whose name is one letter away from one that AI projects use. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';

const example = examplePractice({ subject: 'package-manifest', code: 'similar-name', text: 'tensorfow', certainty: 'possible' });

export default defineDetector({
  id: 'package-similar-name',
  title: 'A package is named almost like one that AI projects use',
  axis: 'posture',
  severity: 'medium',
  references: ['CWE-1357', 'AML.T0010', 'LLM03:2025'],
  remedy: 'Check the spelling. Should the package be meant, look at who publishes it before it is installed again.',
  detect: ({ practices }) =>
    practices
      .filter(({ subject, code }) => subject === 'package-manifest' && code === 'similar-name')
      .map(({ code, detail, text, certainty, where }) => ({ certainty, why: detail, evidence: text === '' ? code : text, where })),
  flags: [artefactWith({ practices: [example] })],
  passes: [artefactWith({ practices: [examplePractice({ subject: 'package-manifest', code: 'unpinned' })] }), artefactWith({})],
});
