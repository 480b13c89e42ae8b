import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MalformedBytes } from '../../engine/reader.ts';
import { parseToml, TomlPlaces } from './toml-values.ts';

const lock = '# lock\n[[package]]\nname = "a"\nversion = "1.0"\n\n[[package]]\nname = "b"\nversion = "2.0"\n[package.source]\nurl = "x"\n';

test('tables become Maps, whatever their keys are called', () => {
  const root = parseToml('[__proto__]\nx = 1\n');
  assert.deepEqual(root, new Map([['__proto__', new Map([['x', 1]])]]));
});

test('the place of a key is the one of its own table', () => {
  const places = new TomlPlaces(lock);
  const at = (path: (string | number)[]) => lock.slice(places.offsetOf(path)).split('\n', 1)[0];
  assert.equal(at(['package', 0, 'version']), 'version = "1.0"');
  assert.equal(at(['package', 1, 'version']), 'version = "2.0"');
  assert.equal(at(['package', 1]), '[[package]]');
});

test('broken and deep text is refused with a code', () => {
  const fails = (error: unknown) => error instanceof MalformedBytes && error.code === 'toml-broken';
  assert.throws(() => parseToml('a = '), fails);
  assert.throws(() => parseToml(`a = ${'['.repeat(2000)}${']'.repeat(2000)}`), fails);
});
