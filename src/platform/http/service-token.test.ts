import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { SignJWT, UnsecuredJWT } from 'jose';
import { systemActor } from '../actors.ts';
import { overrideEnvironment } from '../config.ts';
import { derivedKey } from '../secret.ts';
import { actorOfServiceToken, serviceToken } from './service-token.ts';

const workspace = '0190a000-0000-7000-8000-000000000001';
const actor = systemActor(workspace, 'job:1', 'job');
before(() => overrideEnvironment({ DATA_DIR: mkdtempSync(join(tmpdir(), 'tokens-')) }));

test('a token made for a door is accepted there with the same actor', async () => {
  const token = await serviceToken('ai-scanner', 'gateway', actor);
  const read = await actorOfServiceToken(`Bearer ${token}`, 'ai-scanner');
  assert.deepEqual({ ...read, permissions: [...read.permissions].sort() }, { ...actor, permissions: [...actor.permissions].sort() });
});

test('a token for another door, none, or a changed one is refused', async () => {
  const token = await serviceToken('ai-scanner', 'gateway', actor);
  const changed = `${token.slice(0, -4)}${token.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`;
  for (const header of [undefined, '', 'Bearer', `Basic ${token}`, `Bearer ${changed}`, `Bearer ${'x'.repeat(20_000)}`]) {
    await assert.rejects(actorOfServiceToken(header, 'ai-scanner'), { code: 'request.notSignedIn', status: 401 });
  }
  await assert.rejects(actorOfServiceToken(`Bearer ${token}`, 'data-integrity'), { status: 401 });
});

test('an unsigned, expired, wrongly typed or foreign-keyed token is refused', async () => {
  const claims = { workspace, actor: 'job:1', kind: 'job', role: null, permissions: [] };
  const base = () => new SignJWT(claims).setIssuer('ai-spm').setAudience('ai-scanner').setSubject('gateway');
  const unsigned = new UnsecuredJWT(claims)
    .setIssuer('ai-spm')
    .setAudience('ai-scanner')
    .setSubject('gateway')
    .setIssuedAt()
    .setExpirationTime('1m')
    .encode();
  const key = derivedKey('service-token');
  const header = { alg: 'HS256', typ: 'service+jwt' };
  const tokens = [
    unsigned,
    await base()
      .setProtectedHeader(header)
      .setIssuedAt(Date.now() / 1000 - 600)
      .setExpirationTime(Date.now() / 1000 - 500)
      .sign(key),
    await base().setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).setIssuedAt().setExpirationTime('1m').sign(key),
    await base().setProtectedHeader(header).setIssuedAt().setExpirationTime('1m').sign(derivedKey('csrf')),
    await base()
      .setProtectedHeader(header)
      .setIssuedAt(Date.now() / 1000 - 600)
      .setExpirationTime('1h')
      .sign(key),
  ];
  for (const token of tokens) await assert.rejects(actorOfServiceToken(`Bearer ${token}`, 'ai-scanner'), { status: 401 });
});
