import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFlags } from './flags.ts';

test('an unknown flag and --help end with the usage, and change nothing', () => {
  for (const args of [['--no-such-flag'], ['--help'], ['stray']]) {
    assert.throws(
      () => readFlags(args),
      (error: unknown) => error instanceof Error && error.name === 'ConfigError' && /--scan-root PATH/.test(error.message),
    );
  }
});
