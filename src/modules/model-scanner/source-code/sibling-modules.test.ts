import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zip } from '../../../../test/corpus/model-scanner/build-zip.ts';
import { reportOf, scanTables } from '../../../../test/corpus/model-scanner/read-artefact.ts';
import type { FileReport } from '../engine/file-report.ts';
import { scanSource } from '../engine/scan.ts';
import { bytesSource } from '../engine/source.ts';
import { withActivations } from './activation.ts';

const utf8 = (text: string) => new Uint8Array(Buffer.from(text, 'utf8'));
const config = JSON.stringify({ model_type: 'acme', auto_map: { AutoModel: 'modeling_acme.AcmeModel' } });

/** Files that can see each other, as in a folder that is scanned. */
function scanned(files: Readonly<Record<string, string>>): Map<string, FileReport> {
  const sources = { read: (path: string) => (files[path] === undefined ? null : utf8(files[path])) };
  const reports = Object.entries(files).map(([name, text]) => ({
    ...scanSource(bytesSource(utf8(text)), name, { tables: scanTables(), sources }),
    path: name,
  }));
  return new Map(withActivations(reports).map((report) => [report.path, report]));
}
const evidence = (report: FileReport | undefined) =>
  (report?.findings ?? []).filter(({ axis }) => axis === 'effect').map(({ evidence, where }) => `${where.line}: ${evidence}`);

test('a command that stands in another file is known where it is run', () => {
  const report = scanned({
    'config.json': config,
    'modeling_acme.py': 'import os\nfrom .conf import CMD\nos.system(CMD)\n',
    'conf.py': "A = 'touch '\nCMD = A + '/tmp/marker'\n",
  });
  assert.equal(report.get('modeling_acme.py')?.verdict, 'malicious');
  assert.deepEqual(evidence(report.get('modeling_acme.py')), ["3: os.system('touch /tmp/marker')"]);
});

test('a function of another file does what it does where it is called, with what it is given', () => {
  const report = scanned({
    'config.json': config,
    'modeling_acme.py': "from .ops import boot\nboot('touch /tmp/marker')\n",
    'ops.py': 'import os\ndef boot(command):\n    os.system(command)\n',
  });
  assert.equal(report.get('modeling_acme.py')?.verdict, 'malicious');
  assert.deepEqual(evidence(report.get('modeling_acme.py')), ["1: os.system('touch /tmp/marker')"]);
  assert.deepEqual(evidence(report.get('ops.py')), []);
});

test('modules, packages, other names, folders above and stars are followed', () => {
  const ways: Readonly<Record<string, string>> = {
    'from . import conf\nimport os\nos.system(conf.CMD)\n': 'pkg/conf.py',
    'from .conf import CMD as C\nimport os\nos.system(C)\n': 'pkg/conf.py',
    'from .conf import *\nimport os\nos.system(CMD)\n': 'pkg/conf/__init__.py',
    'from ..conf import CMD\nimport os\nos.system(CMD)\n': 'conf.py',
    'from conf import CMD\nimport os\nos.system(CMD)\n': 'pkg/conf.py',
    'from acme.conf import CMD\nimport os\nos.system(CMD)\n': 'acme/conf.py',
    'import conf as c\nimport os\nos.system(c.CMD)\n': 'conf.py',
  };
  for (const [text, file] of Object.entries(ways)) {
    const files = { 'pkg/main.py': text, [file]: "CMD = 'touch /tmp/marker'\n" };
    const found = scanned(files).get('pkg/main.py')?.findings ?? [];
    assert.ok(
      found.some(({ evidence: said }) => said === "os.system('touch /tmp/marker')"),
      text,
    );
  }
});

test('a name goes over several files, and circles end', () => {
  const report = scanned({
    'a.py': 'import os\nfrom .b import CMD\nos.system(CMD)\n',
    'b.py': 'from .a import x\nfrom .c import CMD\n',
    'c.py': "from .b import y\nCMD = 'touch /tmp/marker'\n",
  });
  assert.ok(report.get('a.py')?.findings.some(({ evidence: said }) => said === "os.system('touch /tmp/marker')"));
});

test('a library keeps its meaning whatever file is called like it, and paths do not climb out', () => {
  const report = scanned({
    'a/main.py': 'import os\nfrom json import CMD\nfrom ....up import X\nos.system(CMD)\nos.system(X)\n',
    'a/json.py': "CMD = 'touch /tmp/marker'\n",
    'up.py': "X = 'touch /tmp/other'\n",
  });
  assert.ok(!report.get('a/main.py')?.findings.some(({ evidence: said }) => said.includes('touch')));
});

test('files that only share constants and layers stay clean', () => {
  const report = scanned({
    'config.json': config,
    'modeling_acme.py':
      'import torch\nfrom .conf import SIZE, NAME\nfrom .layers import Block\nclass AcmeModel(torch.nn.Module):\n    def __init__(self):\n        self.block = Block(SIZE, NAME)\n',
    'conf.py': "SIZE = 4\nNAME = 'rm -rf /'\n",
    'layers.py': 'from torch import nn\nclass Block(nn.Module):\n    def __init__(self, size, name):\n        self.size = size\n',
  });
  for (const name of ['modeling_acme.py', 'conf.py', 'layers.py']) assert.equal(report.get(name)?.verdict, 'clean', name);
});

test('files of one archive see each other', () => {
  const archive = zip([
    { name: 'model/config.json', data: utf8(config) },
    { name: 'model/modeling_acme.py', data: utf8('import os\nfrom .conf import CMD\nos.system(CMD)\n'), method: 8 },
    { name: 'model/conf.py', data: utf8("CMD = 'touch /tmp/marker'\n"), method: 8 },
  ]);
  const [report] = withActivations([reportOf(archive, 'repository.zip')]);
  assert.equal(report?.verdict, 'malicious');
  assert.ok(report?.findings.some(({ evidence: said }) => said === "os.system('touch /tmp/marker')"));
});

test('a chain of modules without end is cut', () => {
  const files = Object.fromEntries(
    Array.from({ length: 60 }, (_, at) => [`m${at}.py`, `from .m${at + 1} import CMD\n${'x = 1\n'.repeat(50)}`] as const),
  );
  const began = process.cpuUsage();
  const report = scanned({ ...files, 'a.py': 'import os\nfrom .m0 import CMD\nos.system(CMD)\n', 'm60.py': "CMD = 'touch /tmp/marker'\n" });
  assert.ok(!report.get('a.py')?.findings.some(({ evidence: said }) => said.includes('touch')));
  assert.ok(process.cpuUsage(began).user < 5_000_000);
});
