import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Command } from 'commander';
import { callingPickle } from '../../../test/corpus/model-scanner/build-bytes.ts';
import { field, onnxModel, onnxNode, twoTensors } from '../../../test/corpus/model-scanner/build-models.ts';
import { register } from './command.ts';
import type { ScanFinding, ScanResult } from './contract.ts';
import { type Bar, exitCodeOf } from './reports/gate.ts';

let folder = '';
const bin = join(import.meta.dirname, '../../..');

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'command-'));
  // The command alone, as the whole program registers it.
  writeFileSync(
    join(folder, 'cli.mjs'),
    `import { Command } from ${JSON.stringify(join(bin, 'node_modules/commander/esm.mjs'))};
import { register } from ${JSON.stringify(join(bin, 'src/modules/model-scanner/command.ts'))};
const program = new Command('ai-spm');
register(program);
await program.parseAsync().catch((error) => { process.exitCode = error.exitCode ?? 70; });`,
  );
  writeFileSync(join(folder, 'ok.safetensors'), twoTensors);
  writeFileSync(join(folder, 'evil\u001b[31m.pkl'), callingPickle);
  writeFileSync(join(folder, 'risky.onnx'), onnxModel(field(1, onnxNode('Fast', 'acme'))));
  writeFileSync(join(folder, 'odd.tflite'), 'abcdTFL3'.padEnd(60, '\0'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

type Outcome = { readonly code: number; readonly out: string; readonly err: string };

function run(...args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(folder, 'cli.mjs'), 'scan', ...args], { cwd: folder }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });
}

test('a clean file ends with 0', async () => {
  const { code, out } = await run('ok.safetensors');
  assert.equal(code, 0);
  assert.match(out, /^CLEAN {2}1 AI artefacts in 1 files/m);
});

test('a harmful file ends with 1, and its name cannot colour the terminal', async () => {
  const { code, out } = await run('evil\u001b[31m.pkl');
  assert.equal(code, 1);
  assert.ok(!out.includes('\u001b') && out.includes('evil\\u{1b}[31m.pkl'));
  assert.match(out, /system/);
});

test('a format nobody can read ends with 2, and with 1 when something else reaches the bar', async () => {
  assert.equal((await run('odd.tflite')).code, 2);
  assert.equal((await run('odd.tflite', 'evil\u001b[31m.pkl')).code, 1);
});

test('wrong usage ends with 3 and a sentence', async () => {
  for (const args of [['scan'], ['scan', '--fail-on', 'nothing', '.'], ['scan', '--wrong', '.'], ['scan', '--max-time', '-1', '.']]) {
    let said = '';
    const program = new Command('ai-spm').exitOverride();
    register(program);
    for (const command of [program, ...program.commands])
      command.configureOutput({ writeErr: (text) => (said += text), writeOut: () => {} });
    await assert.rejects(program.parseAsync(args, { from: 'user' }), { exitCode: 3 }, args.join(' '));
    assert.ok(said.length > 10);
  }
});

test('a path that does not exist ends with 3 and a sentence', async () => {
  const { code, err } = await run('nowhere');
  assert.equal(code, 3);
  assert.equal(err, 'ai-spm: cannot read nowhere (ENOENT)\n');
});

test('the bar decides', async () => {
  assert.equal((await run('risky.onnx')).code, 0);
  assert.equal((await run('--fail-on', 'risky', 'risky.onnx')).code, 1);
});

test('JSON goes to standard output and SARIF to its file', async () => {
  const { out } = await run('--json', '--sarif', 'out.sarif', '.');
  const report = JSON.parse(out) as ScanResult & { report: string };
  assert.equal(report.report, 'ai-spm-scan');
  assert.equal(report.files.length, 4);
  const log = JSON.parse(readFileSync(join(folder, 'out.sarif'), 'utf8')) as { version: string; runs: { results: unknown[] }[] };
  assert.equal(log.version, '2.1.0');
  assert.equal(log.runs[0]?.results.length, report.findings.length);
});

test('exit codes follow verdicts, severities and what is unread', () => {
  const result = (verdict: ScanResult['verdict'], severity: ScanFinding['severity'] | null, unread = 0) => ({
    verdict,
    files: [],
    findings: severity === null ? [] : [{ severity } as ScanFinding],
    unread: Array.from({ length: unread }, () => ({ path: 'x', reason: 'budget' as const, detail: '' })),
  });
  const cases: readonly [ReturnType<typeof result>, Bar, number][] = [
    [result('malicious', 'critical'), 'malicious', 1],
    [result('suspicious', 'high'), 'malicious', 0],
    [result('suspicious', 'high'), 'suspicious', 1],
    [result('incomplete', null, 1), 'suspicious', 2],
    [result('incomplete', 'medium', 1), 'risky', 2],
    [result('incomplete', 'medium', 1), 'medium', 1],
    [result('unsupported', null, 1), 'risky', 2],
    [result('risky', 'medium'), 'suspicious', 0],
    [result('clean', 'low'), 'low', 1],
  ];
  for (const [given, bar, expected] of cases) assert.equal(exitCodeOf(given, bar), expected, `${given.verdict} at ${bar}`);
});
