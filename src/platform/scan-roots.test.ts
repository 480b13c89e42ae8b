import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { confine, isInside } from './scan-roots.ts';

let base = '';
let root = '';
before(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'roots-')));
  root = join(base, 'allowed');
  await mkdir(join(root, 'models'), { recursive: true });
  await mkdir(join(base, 'allowed-not'), { recursive: true });
  await writeFile(join(base, 'secret.txt'), 'x');
  await symlink(join(base, 'secret.txt'), join(root, 'link-out'));
  await symlink(base, join(root, 'folder-out'));
  await symlink(join(root, 'models'), join(root, 'link-in'));
});
after(() => rm(base, { recursive: true, force: true }));

test('a path under a root is answered with every link resolved', async () => {
  assert.equal(await confine(join(root, 'models'), [root]), join(root, 'models'));
  assert.equal(await confine('models', [root]), join(root, 'models'));
  assert.equal(await confine(join(root, 'link-in'), [root]), join(root, 'models'));
});

test('a relative path may begin with the name of a root', async () => {
  assert.equal(await confine('allowed/models', [root]), join(root, 'models'));
  assert.equal(await confine('allowed', [root]), root);
  await assert.rejects(confine('allowed/link-out', [root]), { code: 'path.outsideRoots' });
  await assert.rejects(confine('allowed-not', [root]), { code: 'path.missing' });
  await assert.rejects(confine('allowed/../secret.txt', [root]), { code: 'path.missing' });
});

test('links, dots, prefixes and foreign paths out of the root are refused', async () => {
  for (const path of [
    join(root, 'link-out'),
    join(root, 'folder-out', 'secret.txt'),
    join(root, '..', 'secret.txt'),
    `${root}-not`,
    '/etc/passwd',
    '../secret.txt',
  ]) {
    await assert.rejects(confine(path, [root]), { code: 'path.outsideRoots', status: 403 }, path);
  }
});

test('outside a root the answer does not tell whether something exists', async () => {
  await assert.rejects(confine(join(base, 'secret.txt'), [root]), { code: 'path.outsideRoots' });
  await assert.rejects(confine(join(base, 'no-such.txt'), [root]), { code: 'path.outsideRoots' });
  await assert.rejects(confine(join(root, 'no-such'), [root]), { code: 'path.missing', status: 422 });
  // By relative names as well: what lies beside the root and what does not get one answer.
  await assert.rejects(confine('secret.txt', [root]), { code: 'path.missing' });
  await assert.rejects(confine('no-such.txt', [root]), { code: 'path.missing' });
});

test('no path at all is invalid', async () => {
  await assert.rejects(confine('', [root]), { code: 'path.invalid' });
  await assert.rejects(confine('a\0b', [root]), { code: 'path.invalid' });
});

test('a folder whose name begins with two dots is inside', () => {
  assert.equal(isInside('/a', '/a/..b'), true);
  assert.equal(isInside('/a', '/ab'), false);
});

test('of several roots any one may hold the path, and a link may lead from one into another', async () => {
  const other = join(base, 'other');
  await mkdir(join(other, 'data'), { recursive: true });
  await symlink(join(other, 'data'), join(root, 'link-across'));
  const roots = [join(base, 'no-such-root'), root, other];
  assert.equal(await confine(join(root, 'models'), roots), join(root, 'models'));
  assert.equal(await confine(join(other, 'data'), roots), join(other, 'data'));
  assert.equal(await confine('data', roots), join(other, 'data'));
  assert.equal(await confine(join(root, 'link-across'), roots), join(other, 'data'));
  await assert.rejects(confine(join(root, 'link-across'), [root]), { code: 'path.outsideRoots' });
});

test('of several roots one is enough to say that something is missing, and beside all of them nothing is said', async () => {
  const roots = [root, join(base, 'allowed-not')];
  for (const path of [join(root, 'no-such'), join(base, 'allowed-not', 'no-such'), 'no-such'])
    await assert.rejects(confine(path, roots), { code: 'path.missing' }, path);
  for (const path of [join(base, 'secret.txt'), join(base, 'no-such'), join(root, 'link-out')])
    await assert.rejects(confine(path, roots), { code: 'path.outsideRoots' }, path);
});
