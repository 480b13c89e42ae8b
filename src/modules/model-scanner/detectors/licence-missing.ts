/** A card or a whole model repository without a licence: nobody is allowed to use what it holds. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, exampleLicence, examplePractice } from '../engine/examples.ts';

const titles: ReadonlyMap<string, string> = new Map([
  ['card-without-licence', 'The card names no licence'],
  ['card-with-unnamed-licence', 'The card names a licence that is no known one'],
  ['repository-without-licence', 'The model repository names no licence'],
]);

export default defineDetector({
  id: 'licence-missing',
  title: 'The card names no licence',
  axis: 'posture',
  severity: 'medium',
  references: ['LLM03:2025'],
  remedy: 'Ask the makers for a licence, or use another model.',
  detect: ({ practices, licences }) => [
    ...practices
      .filter(({ subject, code }) => subject === 'repository' && titles.has(code))
      .map(({ code, detail, text, where }) => ({
        certainty: 'possible' as const,
        why: detail,
        evidence: text === '' ? code : text,
        where,
        title: titles.get(code) ?? 'The card names no licence',
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
    artefactWith({ practices: [examplePractice({ subject: 'repository', code: 'repository-without-licence', detail: 'No licence.' })] }),
    artefactWith({ licences: [exampleLicence({ expression: 'my-own-licence', terms: 'unknown' })] }),
  ],
  passes: [
    artefactWith({ licences: [exampleLicence({})] }),
    artefactWith({ licences: [exampleLicence({ source: 'licence-text', expression: 'unknown', terms: 'unknown' })] }),
  ],
});
