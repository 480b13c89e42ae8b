/** Licences that forbid some uses: someone should have read which. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, exampleLicence } from '../engine/examples.ts';

export default defineDetector({
  id: 'licence-conditions',
  title: 'The licence forbids some uses',
  axis: 'posture',
  severity: 'informational',
  references: ['LLM03:2025'],
  remedy: 'Read the list of forbidden uses, and what must be passed on to users.',
  detect: ({ licences }) =>
    licences
      .filter(({ terms, source }) => terms === 'use-restricted' && source !== 'file-header')
      .map(({ expression, where }) => ({
        certainty: 'proved' as const,
        why: `The licence ${expression} forbids some uses or binds large users.`,
        evidence: expression,
        where,
      })),
  flags: [artefactWith({ licences: [exampleLicence({ expression: 'LicenseRef-Gemma-Terms', terms: 'use-restricted' })] })],
  passes: [artefactWith({ licences: [exampleLicence({})] })],
});
