/** The connection to a database whose certificate was made here: a real PostgreSQL behind a real TLS handshake, begun as PostgreSQL does it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { TLSSocket } from 'node:tls';
import { emptyDatabase } from '../../../platform/database/test-database.ts';
import { readAuthorities } from './certificate-authority.ts';
import type { OpenedConnection } from './connection-string.ts';
import { loginOf, onPostgres, type PostgresLogin } from './postgres-store.ts';

type Certificate = { readonly key: string; readonly cert: string };

const reason = whyNot();
function whyNot(): string | false {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'there is no openssl to make a certificate with';
  }
}

function certificateOf(folder: string, names: string): Certificate {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', cert, '-days', '1'];
  execFileSync('openssl', ['req', '-x509', ...made, '-subj', '/CN=a database of a test', '-addext', `subjectAltName=${names}`], {
    stdio: 'ignore',
  });
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}

describe('TLS to PostgreSQL', { skip: reason }, () => {
  let behind: PostgresLogin;
  let byName: Certificate;
  let byAddress: Certificate;
  let elsewhere: Certificate;
  const ends: (() => Promise<void>)[] = [];
  const sockets = new Set<Socket>();
  let encrypted = 0;
  let plain = 0;

  before(async () => {
    behind = (await emptyDatabase({ after: (end) => void ends.push(end) })).owner;
    const folder = mkdtempSync(join(tmpdir(), 'postgres-tls-'));
    byName = certificateOf(folder, 'DNS:localhost');
    byAddress = certificateOf(folder, 'IP:127.0.0.1');
    elsewhere = certificateOf(folder, 'DNS:db.example.test');
    rmSync(folder, { recursive: true, force: true });
  });
  after(async () => {
    for (const socket of sockets) socket.destroy();
    for (const end of ends) await end();
  });

  function keep(socket: Socket): Socket {
    sockets.add(socket);
    return socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  }

  /** @param certificate null: it says that it speaks no TLS. */
  async function database(certificate: Certificate | null): Promise<number> {
    const server: Server = createServer((here) => {
      keep(here).once('data', (request: Buffer) => {
        // The packet that asks for TLS has 8 bytes and the code 80877103 (PostgreSQL, frontend/backend protocol).
        const asksForTls = request.length === 8 && request.readInt32BE(4) === 80_877_103;
        if (!asksForTls || certificate === null) {
          plain += Number(!asksForTls);
          here.end('N');
          return;
        }
        here.write('S');
        const secure = keep(new TLSSocket(here, { isServer: true, ...certificate })) as TLSSocket;
        const there = keep(connect(`${behind.host}/.s.PGSQL.${behind.port}`));
        secure.once('secure', () => {
          encrypted += 1;
        });
        secure.pipe(there).pipe(secure);
        secure.on('close', () => there.destroy());
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    ends.unshift(() => new Promise((done) => void server.close(() => done())));
    return (server.address() as AddressInfo).port;
  }

  const parts = (port: number, more: Partial<OpenedConnection>): OpenedConnection => ({
    ...{ host: 'localhost', port, database: behind.database ?? '', user: behind.user ?? '', password: 'not needed' },
    ...{ encryption: 'verified', certificateAuthority: null },
    ...more,
  });
  const limits = { statementTimeoutMs: 5000, tag: 'ai-spm tls test' };
  const opens = (port: number, more: Partial<OpenedConnection> = {}) =>
    onPostgres(loginOf(parts(port, more)), limits, (session) => session.query('SELECT 40 + 2'));
  const refusedWith = (sign: string) => (error: Error & { code?: string }) =>
    error.code === 'data-quality.databaseRefused' && error.message.includes(sign);

  test('verify-full accepts the name that the certificate vouches for, and refuses another one', async () => {
    const port = await database(byName);
    const before = encrypted;
    assert.deepEqual(await opens(port, { certificateAuthority: byName.cert }), [['42']]);
    assert.ok(encrypted > before, 'the words went through TLS');
    const wrong = await database(elsewhere);
    await assert.rejects(opens(wrong, { certificateAuthority: elsewhere.cert }), refusedWith('ERR_TLS_CERT_ALTNAME_INVALID'));
  });

  test('an address is held against the addresses of the certificate, never against the name localhost', async () => {
    const address = { host: '127.0.0.1' };
    assert.deepEqual(await opens(await database(byAddress), { ...address, certificateAuthority: byAddress.cert }), [['42']]);
    const named = await database(byName);
    await assert.rejects(opens(named, { ...address, certificateAuthority: byName.cert }), refusedWith('ERR_TLS_CERT_ALTNAME_INVALID'));
  });

  test('a certificate nobody vouches for is refused: not by the public authorities, not by others that were named', async () => {
    const port = await database(byName);
    await assert.rejects(opens(port), refusedWith('SELF_SIGNED'));
    await assert.rejects(opens(port, { certificateAuthority: byAddress.cert }), refusedWith('no connection'));
  });

  test('require encrypts without asking who answers; a server without TLS is refused, and nothing is said to it in the open', async () => {
    assert.deepEqual(await opens(await database(elsewhere), { encryption: 'unverified' }), [['42']]);
    const open = await database(null);
    for (const encryption of ['verified', 'unverified'] as const)
      await assert.rejects(opens(open, { encryption }), refusedWith('no connection'));
    assert.equal(plain, 0);
  });

  test('certificates are taken as they are handed out; a key beside them, and what is none, is refused without repeating it', () => {
    const [one, two] = readAuthorities(`${byName.cert}\n${elsewhere.cert}`);
    assert.match(one?.subject ?? '', /a database of a test/);
    assert.ok(Date.parse(two?.until ?? '') > Date.now());
    for (const text of [byName.key, byName.cert + byName.key, 'x', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'])
      assert.throws(
        () => readAuthorities(text),
        (error: Error & { code?: string }) =>
          error.code === 'data-quality.authorityUnfit' && !error.message.includes('AAAA') && !error.message.includes('PRIVATE'),
      );
  });
});
