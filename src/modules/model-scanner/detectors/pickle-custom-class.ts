/** Classes of packages we have no facts about: their code runs when the model is loaded, if the package is installed. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, exampleGlobal } from '../engine/examples.ts';
import { callName, fileName } from '../engine/quote.ts';

export default defineDetector({
  id: 'pickle-custom-class',
  title: 'A pickle needs code of a package outside the known ones',
  axis: 'posture',
  severity: 'medium',
  references: ['CWE-502', 'LLM03:2025'],
  remedy: 'Check that the package is yours or trusted and pinned, or save weights without classes.',
  detect: ({ globals }) =>
    globals
      .filter(({ judgement, position, origin }) => judgement === 'unlisted' && position !== 'call' && origin !== 'standard-library')
      .map(({ module, name, position, origin, expression, where }) => ({
        certainty: 'proved',
        ...(position === 'class' && origin === 'ai-package' ? { severity: 'informational' as const } : {}),
        title: `${fileName(where)} needs ${callName({ module, name })} of an unknown package`,
        why: `Loading this pickle imports ${module} and ${position === 'class' ? `builds ${name} from it` : `refers to ${name}`}; which code that is depends on what is installed.`,
        evidence: expression,
        where,
      })),
  flags: [artefactWith({ globals: [exampleGlobal({ module: 'acme.models', name: 'Net', judgement: 'unlisted', position: 'class' })] })],
  passes: [
    artefactWith({
      globals: [
        exampleGlobal({ module: 'sklearn.tree._classes', name: 'DecisionTreeClassifier', position: 'class', origin: 'ai-package' }),
      ],
    }),
    artefactWith({
      globals: [exampleGlobal({ module: 'imaplib', name: 'IMAP4', judgement: 'unlisted', position: 'class', origin: 'standard-library' })],
    }),
  ],
});
