/** Members that land outside the folder an archive is unpacked into. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePath } from '../engine/examples.ts';
import { quote } from '../engine/quote.ts';

export default defineDetector({
  id: 'archive-path-traversal',
  title: 'Unpacking the archive writes outside its folder',
  axis: 'effect',
  effect: 'fs-write',
  severity: 'high',
  references: ['CWE-22', 'CVE-2007-4559', 'CVE-2025-12060', 'AML.T0010'],
  remedy: 'Do not unpack this archive; build it anew with plain relative names.',
  detect: ({ externalPaths, format, members }) =>
    externalPaths
      .filter(({ purpose, leavesFolder }) => purpose === 'archive-member' && leavesFolder)
      .map(({ text, where }) => ({
        certainty: 'possible',
        why: `The member ${quote(text)} leads out of the folder: a program that unpacks without checking writes there.`,
        evidence: quote(text),
        where,
        // onnx.hub unpacks archives of models and their data in just this form.
        ...(format === 'tar' && members.some((member) => member.format === 'onnx') ? { references: ['CVE-2024-5187'] } : {}),
      })),
  flags: [
    artefactWith({
      externalPaths: [examplePath({ text: '../../etc/cron.d/x', purpose: 'archive-member', leavesFolder: true, effect: 'fs-write' })],
    }),
  ],
  passes: [artefactWith({ externalPaths: [examplePath({ text: 'a/b', purpose: 'archive-member' })] })],
});
