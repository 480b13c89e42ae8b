/** Where packages come from, when somebody else could answer in its place. */
import type { Severity } from '../../../contract/severity.ts';
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';

const known: ReadonlyMap<string, { readonly title: string; readonly severity: Severity; readonly remedy: string }> = new Map([
  [
    'plain-http-index',
    { title: 'Packages are fetched without encryption', severity: 'medium', remedy: 'Use the https address of the index.' },
  ],
  [
    'plain-http-source',
    { title: 'A package is fetched without encryption', severity: 'medium', remedy: 'Use an https address, and a digest.' },
  ],
  [
    'trusted-host',
    {
      title: 'Certificates of a package index are not checked',
      severity: 'medium',
      remedy: 'Give the index a certificate that is trusted, and remove the exception.',
    },
  ],
  [
    'several-indexes',
    {
      title: 'Several indexes may answer for the same package name',
      severity: 'medium',
      remedy: 'Use one index that holds both, or bind each private name to its own index.',
    },
  ],
  [
    'extra-public-index',
    {
      title: 'A second public package index is used',
      severity: 'low',
      remedy: 'Bind the packages that come from it to it, or hold them by digests.',
    },
  ],
  [
    'replaced-index',
    {
      title: 'Another place answers for every package',
      severity: 'low',
      remedy: 'Make sure that the address is your own mirror; hold packages by digests.',
    },
  ],
  [
    'runs-own-program',
    {
      title: 'Settings of a package manager start a program of the project',
      severity: 'high',
      remedy: 'Remove the setting: it runs whenever somebody installs a package or starts a script here.',
    },
  ],
  ['source-without-commit', { title: 'A package is built from a branch or tag', severity: 'low', remedy: 'Name the commit.' }],
  [
    'source-without-digest',
    { title: 'A package is fetched from an address without digest', severity: 'low', remedy: 'Add the digest of the file.' },
  ],
]);

const practice = (code: string) => examplePractice({ subject: 'package-manifest', code });

export default defineDetector({
  id: 'package-source',
  title: 'Packages come from a place that others could stand in for',
  axis: 'posture',
  severity: 'medium',
  references: ['CWE-494', 'CWE-829', 'AML.T0010', 'LLM03:2025'],
  remedy: 'Fetch packages from one index over https, held by digests.',
  detect: ({ practices }) =>
    practices.flatMap(({ subject, code, detail, text, certainty, where }) => {
      const rule = subject === 'package-manifest' || subject === 'notebook' ? known.get(code) : undefined;
      return rule === undefined ? [] : [{ ...rule, certainty, why: detail, evidence: text === '' ? code : text, where }];
    }),
  flags: [
    ...[...known.keys()].map((code) => artefactWith({ practices: [practice(code)] })),
    artefactWith({ practices: [examplePractice({ subject: 'notebook', code: 'trusted-host' })] }),
  ],
  passes: [
    artefactWith({ practices: [practice('unpinned')] }),
    artefactWith({ practices: [examplePractice({ subject: 'dockerfile', code: 'plain-http-index' })] }),
  ],
});
