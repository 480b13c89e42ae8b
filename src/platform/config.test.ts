import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { readConfig, settingsTable } from './config.ts';

test('without an environment every setting has its documented default', () => {
  const config = readConfig({}, '/srv/app');
  assert.equal(config.PORT, 5000);
  assert.equal(config.DATA_DIR, resolve('/srv/app/data'));
  assert.deepEqual(config.scanRoots, [resolve('/srv/app/examples')]);
  assert.equal(config.secureCookies, false);
});

test('every wrong setting is named at once', () => {
  assert.throws(
    () => readConfig({ PORT: '99999', SESSION_SECRET: 'short', LOG_LEVEL: 'loud' }, '/'),
    (error: unknown) => error instanceof Error && ['PORT', 'SESSION_SECRET', 'LOG_LEVEL'].every((name) => error.message.includes(name)),
  );
});

test('https as public address makes cookies secure and its origin the only one', () => {
  const config = readConfig({ PUBLIC_URL: 'https://spm.example/path' }, '/');
  assert.equal(config.secureCookies, true);
  assert.equal(config.publicOrigin, 'https://spm.example');
  assert.throws(() => readConfig({ PUBLIC_URL: 'ftp://spm.example' }, '/'), /PUBLIC_URL/);
});

test('the settings table never holds the value of a secret', () => {
  const secret = 'a-secret-of-more-than-thirty-two-characters';
  const rows = settingsTable({ SESSION_SECRET: secret, PORT: '81' });
  assert.equal(JSON.stringify(rows).includes(secret), false);
  assert.deepEqual(
    rows.filter(({ source }) => source === 'environment').map(({ name, value }) => [name, value]),
    [
      ['PORT', '81'],
      ['SESSION_SECRET', 'set'],
    ],
  );
});

test('SPIFFE ids are taken as the standard writes them, and nothing that only looks like one', () => {
  const id = 'spiffe://spm.example/ns/ai-spm/sa/gateway';
  assert.deepEqual(readConfig({ SERVICE_SPIFFE_IDS: ` ${id} ,spiffe://td/a.b_c-1,` }, '/').SERVICE_SPIFFE_IDS, [id, 'spiffe://td/a.b_c-1']);
  assert.deepEqual(readConfig({}, '/').SERVICE_SPIFFE_IDS, []);
  for (const wrong of [
    'spiffe://td',
    'spiffe://td/',
    `${id}/`,
    'SPIFFE://td/a',
    'spiffe://TD/a',
    'spiffe://td:1/a',
    'spiffe://u@td/a',
    'spiffe://td/a/../b',
    'spiffe://td/.',
    'spiffe://td//a',
    'spiffe://td/a?b',
    'spiffe://td/a%2fb',
    'https://td/a',
    '*',
  ])
    assert.throws(() => readConfig({ SERVICE_SPIFFE_IDS: wrong }, '/'), /SERVICE_SPIFFE_IDS/, wrong);
});
