/** A model or data set that may not be used for business. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, exampleLicence } from '../engine/examples.ts';

const words = { 'non-commercial': 'forbids commercial use', 'research-only': 'allows research only' } as const;

export default defineDetector({
  id: 'licence-restricted',
  title: 'The licence forbids commercial use',
  axis: 'posture',
  severity: 'medium',
  references: ['LLM03:2025'],
  remedy: 'Ask for another licence, or keep it out of products; note the decision.',
  detect: ({ licences }) =>
    licences.flatMap(({ expression, source, terms, where }) => {
      if (terms !== 'non-commercial' && terms !== 'research-only') return [];
      const detected = { certainty: 'proved' as const, why: `The licence ${expression} ${words[terms]}.`, evidence: expression, where };
      // What a card says binds the model beside it; a text or manifest may belong to something else in the folder.
      return [source === 'card' ? detected : { ...detected, severity: 'low' as const }];
    }),
  flags: [
    artefactWith({ licences: [exampleLicence({ expression: 'CC-BY-NC-4.0', terms: 'non-commercial' })] }),
    artefactWith({ licences: [exampleLicence({ expression: 'LicenseRef-Apple-AMLR', terms: 'research-only', source: 'licence-text' })] }),
  ],
  passes: [
    artefactWith({ licences: [exampleLicence({})] }),
    artefactWith({ licences: [exampleLicence({ expression: 'LicenseRef-Llama-3.1-Community', terms: 'use-restricted' })] }),
  ],
});
