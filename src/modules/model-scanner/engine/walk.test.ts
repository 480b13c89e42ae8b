import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { walk } from './walk.ts';

function withFolder(work: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'walk-'));
  try {
    work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('files come in the order of their names, relative to the root', () => {
  withFolder((root) => {
    mkdirSync(join(root, 'b/c'), { recursive: true });
    for (const name of ['z', 'b/c/x', 'a']) writeFileSync(join(root, name), name);
    assert.deepEqual(
      walk(root).files.map(({ name, size }) => [name, size]),
      [
        ['a', 1],
        ['b/c/x', 5],
        ['z', 1],
      ],
    );
  });
});

test('a file as root has no name of its own', () => {
  withFolder((root) => {
    writeFileSync(join(root, 'a'), 'x');
    assert.deepEqual(
      walk(join(root, 'a')).files.map(({ name }) => name),
      [''],
    );
  });
});

test('a link to a file inside is that file once, under the name of the link; loops and pipes are left out', () => {
  withFolder((root) => {
    mkdirSync(join(root, 'blobs'));
    mkdirSync(join(root, 'snapshots'));
    writeFileSync(join(root, 'blobs/0123'), 'weights');
    symlinkSync('../blobs/0123', join(root, 'snapshots/model.bin'));
    symlinkSync('..', join(root, 'snapshots/up'));
    symlinkSync('loop', join(root, 'loop'));
    symlinkSync('nowhere', join(root, 'dangling'));
    execFileSync('mkfifo', [join(root, 'pipe')]);
    assert.deepEqual(
      walk(root).files.map(({ name }) => name),
      ['snapshots/model.bin'],
    );
    assert.deepEqual(walk(root).skipped, []);
  });
});

test('a link out of the root is not followed and is told', () => {
  withFolder((outer) => {
    mkdirSync(join(outer, 'root'));
    writeFileSync(join(outer, 'secret'), 'x');
    symlinkSync('../secret', join(outer, 'root/model.bin'));
    const { files, skipped } = walk(join(outer, 'root'));
    assert.deepEqual(files, []);
    assert.deepEqual(
      skipped.map(({ name, reason }) => [name, reason]),
      [['model.bin', 'outside-link']],
    );
  });
});

test('object stores of version control are not walked', () => {
  withFolder((root) => {
    mkdirSync(join(root, '.git'));
    writeFileSync(join(root, '.git/x'), 'x');
    assert.deepEqual(walk(root).files, []);
  });
});
