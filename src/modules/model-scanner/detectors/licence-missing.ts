/** A card without a licence: nobody is allowed to use what it describes. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, exampleLicence, examplePractice } from '../engine/examples.ts';

export default defineDetector({
  id: 'licence-missing',
  title: 'The card names no licence',
  axis: 'posture',
  severity: 'medium',
  references: ['LLM03:2025'],
  remedy: 'Ask the makers for a licence, or use another model.',
  detect: ({ practices, licences }) => [
    ...practices
      .filter(({ subject, code }) => subject === 'repository' && (code === 'card-without-licence' || code === 'card-with-unnamed-licence'))
      .map(({ code, detail, text, where }) => ({
        certainty: 'possible' as const,
        why: detail,
        evidence: text === '' ? code : text,
        where,
        ...(code === 'card-without-licence' ? {} : { title: 'The card names a licence that is no known one' }),
      })),
    ...licences
      .filter(({ source, terms }) => source === 'card' && terms === 'unknown')
      .map(({ expression, where }) => ({
        title: 'The card names a licence that is no known one',
        certainty: 'possible' as const,
        why: `Nobody here knows the licence "${expression}": what it allows must be read.`,
        evidence: expression,
        where,
      })),
  ],
  flags: [
    artefactWith({
      practices: [examplePractice({ subject: 'repository', code: 'card-without-licence', detail: 'The card names no licence.' })],
    }),
    artefactWith({ licences: [exampleLicence({ expression: 'my-own-licence', terms: 'unknown' })] }),
  ],
  passes: [
    artefactWith({ licences: [exampleLicence({})] }),
    artefactWith({ licences: [exampleLicence({ source: 'licence-text', expression: 'unknown', terms: 'unknown' })] }),
  ],
});
