/** A model that gives away more than the model or data it was made from. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';

export default defineDetector({
  id: 'licence-conflict',
  title: 'The licence allows more than that of what it was made from',
  axis: 'posture',
  severity: 'medium',
  references: ['LLM03:2025'],
  remedy: 'Follow the stricter licence until the makers have said why they may give more.',
  detect: ({ practices }) =>
    practices
      .filter(({ subject, code }) => subject === 'repository' && code === 'licence-conflict')
      .map(({ code, detail, text, certainty, where }) => ({ certainty, why: detail, evidence: text === '' ? code : text, where })),
  flags: [
    artefactWith({ practices: [examplePractice({ subject: 'repository', code: 'licence-conflict', text: 'acme/base: CC-BY-NC-4.0' })] }),
  ],
  passes: [artefactWith({ practices: [examplePractice({ subject: 'repository', code: 'unsigned-repository' })] }), artefactWith({})],
});
