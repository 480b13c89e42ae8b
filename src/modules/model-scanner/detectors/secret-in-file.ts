/** A key, token or password in the clear: whoever gets the file may use it. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, exampleSecret } from '../engine/examples.ts';
import { escapeText } from '../engine/quote.ts';

export default defineDetector({
  id: 'secret-in-file',
  title: 'A secret stands in the file',
  axis: 'posture',
  severity: 'high',
  references: ['CWE-798', 'CWE-312', 'AML.T0055', 'LLM02:2025'],
  remedy:
    'Revoke it at its issuer, make a new one, and hand it to programs through a secret store or the environment. Remove it from the history too.',
  detect: ({ secrets }) =>
    secrets.map(({ title, shown, digest, certainty, where }) => ({
      title: `${title} in the file`,
      severity: certainty === 'proved' ? ('high' as const) : ('medium' as const),
      certainty,
      why:
        certainty === 'proved'
          ? `The text that begins with ${escapeText(shown)} has the form and structure its issuer gives: whoever reads the file can use it.`
          : `The text that begins with ${escapeText(shown)} looks like a secret by its name and its randomness.`,
      evidence: `${escapeText(shown)}… (SHA-256 ${digest}…)`,
      where,
    })),
  flags: [artefactWith({ secrets: [exampleSecret({ kind: 'huggingface-token', title: 'Hugging Face token', shown: 'hf_9' })] })],
  passes: [artefactWith({})],
});
