/** Stored outputs of notebooks that run in the browser, and scripts fetched and run by cells. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';

const severities = { 'trusted-output-script': 'medium', 'output-script': 'informational', 'shell-install-script': 'medium' } as const;
type Code = keyof typeof severities;
const isCode = (code: string): code is Code => code in severities && Object.hasOwn(severities, code);

export default defineDetector({
  id: 'notebook-output',
  title: 'The notebook brings scripts of its own',
  axis: 'posture',
  severity: 'medium',
  references: ['CWE-79', 'CWE-829', 'AML.T0010'],
  remedy: 'Clear the outputs before sharing, open foreign notebooks untrusted, and read a script before it is run.',
  detect: ({ practices }) =>
    practices.flatMap(({ subject, code, detail, text, where }) => {
      if (subject !== 'notebook' || !isCode(code)) return [];
      const trusted =
        code === 'trusted-output-script' ? ', and the file says that it is trusted: it runs as soon as the notebook is opened' : '';
      return [
        {
          certainty: 'proved' as const,
          severity: severities[code],
          why: `${detail}${trusted}.`.replace('..', '.'),
          evidence: text || code,
          where,
        },
      ];
    }),
  flags: [
    artefactWith({
      practices: [
        examplePractice({
          subject: 'notebook',
          code: 'trusted-output-script',
          detail: 'The output of cell 2 holds a script',
          text: 'text/html',
        }),
      ],
    }),
  ],
  passes: [
    artefactWith({ practices: [examplePractice({})] }),
    artefactWith({ practices: [examplePractice({ subject: 'notebook', code: 'unpinned-model' })] }),
  ],
});
