import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parse } from 'yaml';
import { readSuppressions } from '../../src/modules/model-scanner/reports/suppression-file.ts';
import { callingPickle } from '../../test/corpus/model-scanner/build-bytes.ts';
import { twoTensors } from '../../test/corpus/model-scanner/build-models.ts';

const root = join(import.meta.dirname, '../..');
const read = (name: string) => readFileSync(join(root, 'examples/ci', name), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'ci-example-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const command = `${process.execPath} ${join(root, 'src/apps/cli/main.ts')}`;
const help = spawnSync(process.execPath, [join(root, 'src/apps/cli/main.ts'), 'scan', '--help'], { encoding: 'utf8' }).stdout;

for (const name of ['github-workflow.yml', 'gitlab-ci.yml', 'pre-commit-config.yaml', 'README.md', 'pre-commit'])
  test(`${name} uses options that the command has`, () => {
    const lines = read(name)
      .split('\n')
      .filter((line) => !/npm|git |apt-get|--no-verify/.test(line));
    const options = lines.join('\n').match(/(?<=\s)--[a-z-]+/g) ?? [];
    assert.ok(options.length > 0);
    for (const option of options) assert.ok(help.includes(option), option);
  });

test('every action of the GitHub workflow is pinned by its commit, and the token may only read', () => {
  const workflow = read('github-workflow.yml');
  const uses = [...workflow.matchAll(/uses: (\S+)/g)].map(([, action]) => action ?? '');
  assert.equal(uses.length, 5);
  for (const action of uses) assert.match(action, /@[0-9a-f]{40}$/);
  assert.deepEqual((parse(workflow) as { permissions: unknown }).permissions, { contents: 'read' });
});

test('the GitLab include and the example suppressions are read as they are meant', () => {
  const job = (parse(read('gitlab-ci.yml')) as { 'ai-spm': { artifacts: { reports: unknown } } })['ai-spm'];
  assert.deepEqual(job.artifacts.reports, { cyclonedx: 'ai-bom.cdx.json' });
  assert.equal(readSuppressions(read('suppressions.yaml'), 's').length, 1);
});

const git = (...args: readonly string[]) =>
  spawnSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.test', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, AI_SPM: command },
  });
const skip = process.platform !== 'win32' && spawnSync('git', ['--version']).status === 0 ? false : 'there is no git here';

test('the hook lets harmless files through, refuses a harmful one, and looks at the index only', { skip }, () => {
  git('init', '--quiet');
  writeFileSync(join(folder, '.git/hooks/pre-commit'), read('pre-commit'), { mode: 0o755 });
  writeFileSync(join(folder, 'ok.safetensors'), twoTensors);
  git('add', '.');
  const harmless = git('commit', '--quiet', '--message', 'harmless');
  assert.equal(harmless.status, 0, harmless.stderr);

  writeFileSync(join(folder, 'bad name.pkl'), callingPickle);
  git('add', '.');
  // The working folder is harmless again; what would be committed is not.
  writeFileSync(join(folder, 'bad name.pkl'), 'text');
  const refused = git('commit', '--quiet', '--message', 'harmful');
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /os\.system|posix\.system/);
  assert.match(refused.stderr, /the commit is refused/);
  assert.equal(git('log', '--oneline').stdout.trim().split('\n').length, 1);
});
