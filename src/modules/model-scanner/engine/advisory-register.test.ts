/** Advisories that no other test names: for each an artefact of our own that has the weakness, and what the scan says of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, harmlessPickle } from '../../../../test/corpus/model-scanner/build-bytes.ts';
import { zip } from '../../../../test/corpus/model-scanner/build-zip.ts';
import { reportOf } from '../../../../test/corpus/model-scanner/read-artefact.ts';
import { withActivations } from '../source-code/activation.ts';

/** `module.name('x')`, protocol 0. */
const calls = (module: string, name: string, argument = "S'x'\n") => bytes(`c${module}\n${name}\n(${argument}tR.`);
/** The same by STACK_GLOBAL, whose operands are the first things on the stack. */
const stackGlobal = (module: string, name: string) =>
  bytes([0x80, 4], [0x8c, module.length], module, [0x8c, name.length], name, [0x93], [0x8c, 1], 'x', [0x85], 'R.');

const hostile: Readonly<Record<string, readonly Uint8Array[]>> = {
  'CVE-2025-1716 (entry points of pip)': [calls('pip', 'main'), calls('pip._internal', 'main'), calls('pip._internal.cli.main', 'main')],
  'CVE-2025-10157 (a module below a listed one)': [
    calls('asyncio.unix_events', '_UnixSubprocessTransport._start'),
    calls('os.path', 'os.system'),
  ],
  'CVE-2025-46417 (files read by linecache, sent by ssl)': [calls('linecache', 'getline'), calls('ssl', 'get_server_certificate')],
  'CVE-2025-71325 (the first operands of STACK_GLOBAL)': [stackGlobal('os', 'system'), stackGlobal('posix', 'system')],
  'CVE-2026-56315 (uuid, imaplib, build and REPL internals)': [
    calls('uuid', '_get_command_stdout'),
    calls('imaplib', 'IMAP4_stream'),
    calls('distutils.spawn', 'spawn'),
    calls('code', 'interact'),
  ],
  'GHSA-vvpj-8cmc-gx39 (a name becomes what can be called)': [
    calls('pkgutil', 'resolve_name', "S'os:system'\n"),
    calls('pydoc', 'locate', "S'os.system'\n"),
  ],
  'CVE-2026-22612 (builtins are no harmless module)': [
    calls('builtins', 'eval'),
    calls('__builtin__', 'exec'),
    calls('builtins', '__import__'),
  ],
  'CVE-2024-5480, CVE-2024-48063 (distributed calls of torch)': [
    calls('torch.distributed.rpc', 'rpc_sync'),
    calls('torch.distributed.rpc', 'remote'),
  ],
};

for (const [what, pickles] of Object.entries(hostile))
  test(what, () => {
    for (const pickle of pickles) {
      const { verdict } = reportOf(pickle, 'model.pkl');
      assert.ok(verdict === 'malicious' || verdict === 'suspicious', `${Buffer.from(pickle).toString('latin1')}: ${verdict}`);
    }
  });

test('CVE-2025-9905 (HDF5 and JSON do not know safe mode): what safe mode would refuse is told all the same', () => {
  const layer = { class_name: 'Lambda', config: { name: 'l', function: ['4wEAAAA=', null, null], function_type: 'lambda' } };
  const architecture = JSON.stringify({ class_name: 'Sequential', config: { name: 's', layers: [layer] }, keras_version: '2.15.0' });
  assert.ok(['malicious', 'suspicious'].includes(reportOf(bytes(architecture), 'model.json').verdict));
});

test('CVE-2024-7773 (members of a zip that ollama unpacks out of its folder)', () => {
  const archive = zip([
    { name: '../../.ssh/authorized_keys', data: bytes('x') },
    { name: 'model.safetensors', data: harmlessPickle },
  ]);
  const found = reportOf(archive, 'model.zip').findings.find(({ ruleId }) => ruleId === 'archive-path-traversal');
  assert.equal(found?.effect, 'fs-write');
});

test('CVE-2025-54886 (a skops card that unpickles what is no skops file): the file itself is judged', () => {
  assert.ok(['malicious', 'suspicious'].includes(reportOf(calls('os', 'system'), 'model.skops').verdict));
});

test('CVE-2022-29216 (saved_model_cli evaluates its input): a command that hands it a program', () => {
  const workflow = (command: string) =>
    `on: push\npermissions: {}\njobs:\n  run:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: |\n          ${command}\n`;
  const cited = (command: string) =>
    withActivations([reportOf(bytes(workflow(command)), '.github/workflows/run.yml')])[0]?.findings.flatMap(
      ({ references }) => references,
    ) ?? [];
  assert.ok(cited('saved_model_cli run --dir m --input_examples \'x=[{"a": __import__("os").system("id")}]\'').includes('CVE-2022-29216'));
  assert.ok(!cited('saved_model_cli run --dir m --input_examples \'x=[{"a": [1.0]}]\'').includes('CVE-2022-29216'));
});
