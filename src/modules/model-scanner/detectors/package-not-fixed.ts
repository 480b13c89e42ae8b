/** Packages whose version or bytes may change by themselves. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';

const titles: ReadonlyMap<string, string> = new Map([
  ['unpinned', 'Packages are not fixed to a version'],
  ['lock-without-digests', 'Locked packages have no digest'],
]);

export default defineDetector({
  id: 'package-not-fixed',
  title: 'What is installed may change by itself',
  axis: 'posture',
  severity: 'informational',
  references: ['CWE-1357', 'LLM03:2025'],
  remedy: 'Install from a lock file with digests.',
  detect: ({ practices }) =>
    practices.flatMap(({ subject, code, detail, text, certainty, where }) => {
      const title = subject === 'package-manifest' ? titles.get(code) : undefined;
      if (title === undefined) return [];
      return [
        {
          title,
          severity: code === 'unpinned' ? ('informational' as const) : ('low' as const),
          certainty,
          why: detail,
          evidence: text === '' ? code : text,
          where,
        },
      ];
    }),
  flags: [...titles.keys()].map((code) => artefactWith({ practices: [examplePractice({ subject: 'package-manifest', code })] })),
  passes: [artefactWith({ practices: [examplePractice({ subject: 'package-manifest', code: 'similar-name' })] })],
});
