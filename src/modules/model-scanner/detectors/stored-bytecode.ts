/** Byte code in a model that names what harms. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, exampleCode } from '../engine/examples.ts';
import { quote } from '../engine/quote.ts';

/** Names that code of a layer has no use for. */
const harmful = new Set([
  'exec',
  'eval',
  '__import__',
  'system',
  'popen',
  'Popen',
  'subprocess',
  'check_output',
  'check_call',
  'spawn',
  'execve',
  'execl',
  'fork',
  'socket',
  'urlopen',
  'urlretrieve',
  'requests',
  'urllib',
  'httpx',
  'ctypes',
  'CDLL',
  'marshal',
  'pickle',
  'rmtree',
  'unlink',
  'remove',
  'importlib',
  'import_module',
  'builtins',
  'open',
  'pty',
]);

export default defineDetector({
  id: 'stored-bytecode',
  title: 'The model holds Python byte code that reaches outside',
  axis: 'effect',
  effect: 'exec',
  severity: 'critical',
  references: ['CWE-502', 'CWE-94', 'CVE-2024-3660', 'AML.T0010', 'AML.T0011.000', 'LLM03:2025'],
  remedy: 'Do not load this model.',
  detect: ({ code }) =>
    code
      .filter(({ language, activated }) => language === 'python-bytecode' && activated)
      .map(({ detail, text, where }) => ({ detail, where, used: text.split(' ').filter((name) => harmful.has(name)) }))
      .filter(({ used }) => used.length > 0)
      .map(({ detail, where, used }) => ({
        certainty: 'proved',
        why: `${detail} that uses ${used
          .slice(0, 10)
          .map((name) => quote(name))
          .join(', ')}; it runs when the model is loaded or called.`,
        evidence: used.slice(0, 20).join(' '),
        where,
      })),
  flags: [artefactWith({ code: [exampleCode({ language: 'python-bytecode', detail: 'Lambda holds byte code', text: 'os system id' })] })],
  passes: [
    artefactWith({ code: [exampleCode({ language: 'python-bytecode', text: 'x tf nn relu' })] }),
    artefactWith({ code: [exampleCode({ text: 'system' })] }),
  ],
});
