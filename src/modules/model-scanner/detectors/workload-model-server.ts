/** Flags of model servers, notebooks and trackers that switch protection off. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';
import { type PracticeRules, practiceDetections, practiceExamples } from './workload-practices.ts';

const rules: PracticeRules = {
  'server-without-authentication': { severity: 'high' },
  'open-dashboard': { severity: 'high', references: ['CVE-2023-48022'] },
  'open-server': { severity: 'medium' },
  'remote-code': {
    severity: 'medium',
    title: 'The server runs code of the model repository',
    remedy: 'Use a model whose code is part of the library, or review the code and fix its revision.',
    references: ['CWE-829', 'CWE-94'],
  },
  'unsafe-deserialisation': { severity: 'high', title: 'The server unpickles what it is given', references: ['CWE-502'] },
  'runtime-model-loading': {
    severity: 'medium',
    title: 'Whoever reaches the server loads models into it',
    references: ['CWE-749', 'CVE-2023-43654'],
  },
};

export default defineDetector({
  id: 'workload-model-server',
  title: 'A server is open to everybody who reaches it',
  axis: 'posture',

  severity: 'high',
  references: ['CWE-306', 'AML.T0049', 'LLM03:2025'],
  remedy: 'Require a token or a login, listen on 127.0.0.1 or behind a gateway, and leave remote code and pickles off.',
  detect: (artefact) => practiceDetections(artefact, ['dockerfile', 'compose', 'kubernetes', 'pipeline'], rules),
  flags: practiceExamples(rules, 'dockerfile'),
  passes: [artefactWith({}), artefactWith({ practices: [examplePractice({ subject: 'dockerfile', code: 'nothing-of-the-kind' })] })],
});
