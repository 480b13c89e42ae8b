/** Python source that does what no model needs: droppers, reverse shells, theft of credentials, persistence. */
import type { SourceFamily } from '../engine/artefact.ts';
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, exampleSourceCall } from '../engine/examples.ts';
import { whenItRuns } from '../source-code/phase-words.ts';

const titles: Readonly<Record<Exclude<SourceFamily, 'install-hook'>, string>> = {
  dropper: 'The source fetches code and runs it',
  'hidden-code': 'The source runs code that nobody can read',
  'reverse-shell': 'The source opens a shell to another host',
  exfiltration: 'The source sends secrets to another host',
  persistence: 'The source has itself started again later',
  destruction: 'The source destroys files that are not its own',
  shellcode: 'The source runs machine code from memory',
};

export default defineDetector({
  id: 'python-hostile-code',
  title: 'The source does what no model needs',
  axis: 'effect',
  severity: 'critical',
  references: ['CWE-506', 'CWE-94', 'AML.T0010', 'AML.T0011.000', 'LLM03:2025'],
  remedy: 'Do not import or run this file; remove the model it came with.',
  detect: ({ sourceCalls }) =>
    sourceCalls.flatMap((call) => {
      const { family, because = '', expression, effect, certainty, runs, where } = call;
      if (family === undefined || family === 'install-hook') return [];
      return [
        {
          title: titles[family],
          certainty: runs === 'when-called' ? ('possible' as const) : certainty,
          severity: runs === 'when-called' ? ('high' as const) : ('critical' as const),
          effect,
          why: `${because} ${whenItRuns(runs)}`,
          evidence: expression,
          where,
        },
      ];
    }),
  flags: [
    artefactWith({
      sourceCalls: [
        exampleSourceCall({ family: 'reverse-shell', because: 'It opens an interactive shell.', expression: "pty.spawn('/bin/sh')" }),
        exampleSourceCall({ family: 'dropper', because: 'It executes text that came over the network.', runs: 'when-called' }),
      ],
    }),
  ],
  passes: [
    artefactWith({ sourceCalls: [exampleSourceCall({})] }),
    artefactWith({
      sourceCalls: [exampleSourceCall({ family: 'install-hook', because: 'It runs while the package is being installed.' })],
    }),
  ],
});
