/** Rights that reach out of a container. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';
import { type PracticeRules, practiceDetections, practiceExamples } from './workload-practices.ts';

const rules: PracticeRules = {
  privileged: { severity: 'high' },
  'runtime-socket': { severity: 'high' },
  'host-path': { severity: 'high' },
  'host-credentials': { severity: 'high', title: 'The container reads credentials of its host' },
  'strong-capability': { severity: 'medium', title: 'The container has a right that reaches out of it' },
  'host-namespace': { severity: 'medium', title: 'The container sees the processes of its host' },
  'protection-off': { severity: 'medium', title: 'A protection of the container is switched off' },
  'host-network': { severity: 'low', title: 'The container is in the network of its host' },
  'privilege-escalation': { severity: 'low', title: 'Programs in the container may gain rights' },
  'host-folder': { severity: 'informational', title: 'The pod writes to a folder of its node' },
  'cluster-admin': { severity: 'high', title: 'A program may do everything in the cluster' },
  'anonymous-access': { severity: 'high', title: 'Everybody has rights in the cluster' },
  'runtime-without-tls': { severity: 'medium', title: 'The container runtime is commanded without TLS' },
};

export default defineDetector({
  id: 'workload-privilege',
  title: 'The container can take over its host',
  axis: 'posture',

  severity: 'high',
  references: ['CWE-250', 'CWE-269', 'AML.T0010'],
  remedy: 'Take the right away, or give only the one capability, device or folder that is needed.',
  detect: (artefact) => practiceDetections(artefact, ['dockerfile', 'compose', 'kubernetes', 'pipeline', 'gitlab-ci', 'mcp-config'], rules),
  flags: practiceExamples(rules, 'dockerfile'),
  passes: [artefactWith({}), artefactWith({ practices: [examplePractice({ subject: 'dockerfile', code: 'nothing-of-the-kind' })] })],
});
