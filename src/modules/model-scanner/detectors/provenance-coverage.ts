/** What a signature leaves open: files it does not know, signers nobody checked, folders nobody signed. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';
import { type PracticeRules, practiceDetections, practiceExamples } from './workload-practices.ts';

const rules: PracticeRules = {
  'file-not-covered': { severity: 'medium', title: 'The signature of the folder does not know the file' },
  'signed-file-missing': { severity: 'medium', title: 'A file that was signed is not there' },
  'signature-unverified': { severity: 'informational', title: 'A signature whose signer was not verified' },
  'signature-untrusted': { severity: 'medium', title: 'Signed by somebody who is not trusted' },
  'signature-certified': { severity: 'informational', title: 'Signed under a trusted authority, by whom was not asked' },
  'signature-verified': { severity: 'informational', title: 'Signed by somebody who is trusted' },
  'digest-not-checked': { severity: 'informational', title: 'A digest that was not compared' },
  'unsigned-repository': { severity: 'informational', title: 'The model folder is not signed' },
};

export default defineDetector({
  id: 'provenance-coverage',
  title: 'Where the file comes from is not proved',
  axis: 'posture',
  severity: 'informational',
  references: ['CWE-353', 'CWE-345', 'AML.T0010', 'LLM03:2025'],
  remedy: 'Sign the whole folder (OpenSSF model signing) and verify the signature with the key or identity you trust before use.',
  detect: (artefact) => practiceDetections(artefact, ['repository'], rules),
  flags: practiceExamples(rules, 'repository'),
  passes: [artefactWith({}), artefactWith({ practices: [examplePractice({ subject: 'repository', code: 'nothing-of-the-kind' })] })],
});
