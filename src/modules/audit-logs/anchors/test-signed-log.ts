/** For tests: a log whose checkpoints are signed by a key of its own and kept in a file beside the database. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { overrideEnvironment } from '../../../platform/config.ts';
import { inDatabase } from '../../../platform/database/database.ts';
import { type TestLog, testLog } from '../test-log.ts';
import { forgetSigningKey, makeCheckpoints } from '../tree/checkpoints.ts';
import { forgetAnchorFiles } from './file-place.ts';

export type SignedLog = TestLog & {
  readonly anchorFile: string;
  sign(): Promise<ReadonlyMap<string, number>>;
  inside<T>(work: () => Promise<T>): Promise<T>;
  /** As an older backup would leave it: with its first entries only, and no checkpoint; `cut` leaves what is known of checkpoints. */
  restoreOlder(size: number, how?: 'cut'): Promise<void>;
  /** More settings, on top of those of the test. */
  set(values: Readonly<Record<string, string>>): void;
};

/** @param opened a log to sign, if not one in a database of its own. */
export async function signedLog(t: Parameters<typeof testLog>[0], opened?: Promise<TestLog>): Promise<SignedLog> {
  const folder = mkdtempSync(join(tmpdir(), 'audit-'));
  const anchorFile = join(folder, 'anchor.txt');
  const log = await (opened ?? testLog(t));
  const settings = { LOG_LEVEL: 'silent', LOG_DIR: '', DATA_DIR: folder, AUDIT_ANCHOR_FILE: anchorFile };
  overrideEnvironment(settings);
  forgetSigningKey();
  forgetAnchorFiles();
  const extra = new Set<string>();
  t.after(async () => {
    for (const name of [...extra, 'AUDIT_ANCHOR_FILE', 'DATA_DIR']) delete process.env[name];
    overrideEnvironment({ LOG_LEVEL: 'silent', LOG_DIR: '' });
    forgetSigningKey();
    forgetAnchorFiles();
    rmSync(folder, { recursive: true, force: true });
  });
  const set = (values: Readonly<Record<string, string>>): void => {
    for (const name of Object.keys(values)) extra.add(name);
    overrideEnvironment(values);
  };
  const restoreOlder = async (size: number, how?: 'cut'): Promise<void> => {
    const { rows } = await log.owner.query<{ name: string }>(
      `select c.oid::regclass::text as name from pg_class c join pg_trigger t on t.tgrelid = c.oid
       where c.relnamespace = 'audit_logs'::regnamespace and not t.tgisinternal group by 1`,
    );
    for (const { name } of rows) await log.owner.query(`alter table ${name} disable trigger user`);
    if (how !== 'cut') {
      await log.owner.query('delete from audit_logs.anchor');
      await log.owner.query('delete from audit_logs.checkpoint');
    }
    await log.owner.query('delete from audit_logs.entry where index >= $1', [size]);
    await log.owner.query(
      `update audit_logs.head set size = $1, tree_size = 0, edge = '', root = sha256(''),
       leaf = (select leaf from audit_logs.entry order by index desc limit 1), time = (select time from audit_logs.entry order by index desc limit 1)`,
      [size],
    );
    for (const { name } of rows) await log.owner.query(`alter table ${name} enable trigger user`);
    // A backup that is put back changes no schema: what this did to it is no part of the picture.
    await log.owner.query("delete from audit_logs.pending where convert_from(payload, 'UTF8') like '%database.schema-changed%'");
  };
  const inside = <T>(work: () => Promise<T>): Promise<T> => inDatabase(log.database, work);
  return { ...log, anchorFile, inside, restoreOlder, set, sign: () => inside(() => makeCheckpoints({ onlyDue: false })) };
}
