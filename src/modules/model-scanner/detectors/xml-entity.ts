/** Entities of XML that parsers read from files and servers. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';

const codes: ReadonlyMap<string, 'fs-read' | 'net'> = new Map([
  ['xml-external-file', 'fs-read'],
  ['xml-external-address', 'net'],
]);

export default defineDetector({
  id: 'xml-entity',
  title: 'Reading the XML may read other files or ask a server',
  axis: 'effect',
  severity: 'high',
  references: ['CWE-611', 'AML.T0010'],
  remedy: 'Remove the DOCTYPE, and read XML with entities switched off.',
  detect: ({ practices }) =>
    practices.flatMap(({ code, detail, text, where }) => {
      const effect = codes.get(code);
      if (effect === undefined) return [];
      return [
        { certainty: 'possible', effect, why: `${detail} Parsers that expand entities do it while they read.`, evidence: text, where },
      ];
    }),
  flags: [
    artefactWith({ practices: [examplePractice({ subject: 'repository', code: 'xml-external-file', text: 'file:///etc/passwd' })] }),
    artefactWith({ practices: [examplePractice({ subject: 'repository', code: 'xml-external-address', text: 'http://evil.example/x' })] }),
  ],
  passes: [artefactWith({ practices: [examplePractice({ subject: 'repository', code: 'path-is-absolute' })] })],
});
