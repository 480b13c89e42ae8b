/** Configurations that make a loader import Python files. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, exampleCode } from '../engine/examples.ts';
import { quote } from '../engine/quote.ts';

export default defineDetector({
  id: 'remote-code-config',
  title: 'The configuration has Python files imported',
  axis: 'posture',
  severity: 'medium',
  references: ['CWE-829', 'CWE-94', 'AML.T0010', 'LLM03:2025'],
  remedy: 'Read the files it names, pin their revision, or use a model whose code is part of the library.',
  detect: ({ code }) =>
    code
      .filter(({ language, activated }) => language === 'python' && activated)
      .map(({ detail, text, where }) => ({
        certainty: 'proved',
        why: `${quote(detail, 400)}: a loader that trusts remote code imports it.`,
        evidence: text,
        where,
      })),
  flags: [
    artefactWith({ code: [exampleCode({ detail: 'auto_map names modeling_acme.Acme of this repository', text: 'modeling_acme.Acme' })] }),
  ],
  passes: [
    artefactWith({ code: [exampleCode({ activated: false })] }),
    artefactWith({ code: [exampleCode({ language: 'python-bytecode' })] }),
  ],
});
