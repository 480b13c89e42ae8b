import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { inDatabase } from '../../../platform/database/database.ts';
import type { Verification } from '../contract.ts';
import { type EntryLine, leafOf, lineOf } from '../entry.ts';
import { entryId } from '../recording/clock.ts';
import { freshLogs, type TestLog, testLog } from '../test-log.ts';
import { readLine } from './verification.ts';
import { verifyLog } from './verify.ts';

const logs = freshLogs({ after });

function verify(log: TestLog, restart = false): Promise<Verification> {
  return inDatabase(log.database, () => verifyLog({ restart }, log.context()));
}

/** What a database administrator can do: triggers do not fire in a replica session. */
async function asAdministrator({ owner }: TestLog, statements: readonly (string | { text: string; values: unknown[] })[]): Promise<void> {
  const client = await owner.connect();
  try {
    await client.query('set session_replication_role = replica');
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.query('reset session_replication_role');
    client.release();
  }
}

async function entryAt({ owner }: TestLog, index: number): Promise<EntryLine> {
  const { rows } = await owner.query<{ line: Buffer }>('select line from audit_logs.entry where index = $1', [index]);
  return JSON.parse(rows[0]?.line.toString('utf8') ?? '');
}

/** Writes a line in the place of another one, with a leaf that fits it. */
function replaceLine(index: number, line: Buffer): { text: string; values: unknown[] } {
  return {
    text: 'update audit_logs.entry set line = $2, leaf = $3 where index = $1',
    values: [index, line, Buffer.from(leafOf(line), 'hex')],
  };
}

test('an untouched log is verified to its last entry and says that it is not anchored', async () => {
  const log = await logs();
  await log.fill(5);
  const { state, checkedTo, goodTo, size, anchored, defects } = await verify(log);
  assert.deepEqual(
    { state, checkedTo, goodTo, size, anchored, defects },
    { state: 'verified', checkedTo: 5, goodTo: 5, size: 5, anchored: null, defects: [] },
  );
});

test('an empty log says empty, not verified', async () => {
  assert.equal((await verify(await logs())).state, 'empty');
});

test('new entries are verified at the next look without beginning anew', async () => {
  const log = await logs();
  await log.fill(3);
  const first = await verify(log);
  await log.fill(2);
  const second = await verify(log);
  assert.deepEqual([second.state, second.goodTo, second.sweepStartedAt], ['verified', 5, first.sweepStartedAt]);
});

test('an edit of an old entry after it was verified is found by the next whole sweep', async () => {
  const log = await logs();
  await log.fill(5);
  assert.equal((await verify(log)).state, 'verified');
  await asAdministrator(log, [
    `update audit_logs.entry set line = convert_to(replace(convert_from(line, 'UTF8'), 'asset-2', 'asset-9'), 'UTF8') where index = 2`,
  ]);
  assert.equal((await verify(log, true)).state, 'tampered');
});

type Family = {
  readonly name: string;
  readonly at: number;
  readonly kinds: readonly string[];
  readonly damage: (log: TestLog) => Promise<void>;
};
const families: readonly Family[] = [
  {
    name: 'a value in a line, by one bit',
    at: 2,
    kinds: ['content', 'chain'],
    damage: (log) =>
      asAdministrator(log, ['update audit_logs.entry set line = set_bit(line, 8 * 30, 1 - get_bit(line, 8 * 30)) where index = 2']),
  },
  {
    name: 'a value in a line and its column, with the hash recomputed: seen where the next line names the old one',
    at: 3,
    kinds: ['chain'],
    damage: async (log) =>
      asAdministrator(log, [
        replaceLine(2, lineOf({ ...(await entryAt(log, 2)), outcome: 'denied' })),
        "update audit_logs.entry set outcome = 'denied' where index = 2",
      ]),
  },
  {
    name: 'a time moved back with its hash recomputed',
    at: 2,
    kinds: ['time', 'projection', 'chain'],
    damage: async (log) =>
      asAdministrator(log, [replaceLine(2, lineOf({ ...(await entryAt(log, 2)), time: '2020-01-01T00:00:00.000000Z' }))]),
  },
  {
    name: 'an unknown field added to a line',
    at: 2,
    kinds: ['form', 'chain'],
    damage: async (log) => asAdministrator(log, [replaceLine(2, Buffer.from(JSON.stringify({ ...(await entryAt(log, 2)), zz: 1 })))]),
  },
  {
    name: 'members of a line in another order',
    at: 2,
    kinds: ['form', 'chain'],
    damage: async (log) =>
      asAdministrator(log, [
        replaceLine(2, Buffer.from(JSON.stringify(Object.fromEntries(Object.entries(await entryAt(log, 2)).reverse())))),
      ]),
  },
  {
    name: 'a second member of the same name',
    at: 2,
    kinds: ['form', 'chain'],
    damage: async (log) => {
      const text = lineOf(await entryAt(log, 2)).toString('utf8');
      await asAdministrator(log, [replaceLine(2, Buffer.from(`${text.slice(0, -1)},"v":1}`))]);
    },
  },
  {
    name: 'an entry deleted',
    at: 3,
    kinds: ['gap'],
    damage: (log) => asAdministrator(log, ['delete from audit_logs.entry where index = 2']),
  },
  {
    name: 'a range deleted and the rest renumbered to hide it',
    at: 2,
    kinds: ['chain', 'tail'],
    damage: (log) =>
      asAdministrator(log, [
        'delete from audit_logs.entry where index in (2, 3)',
        'update audit_logs.entry set index = index - 2 where index > 3',
      ]),
  },
  {
    name: 'two entries swapped',
    at: 2,
    kinds: ['chain'],
    damage: (log) =>
      asAdministrator(log, [
        'update audit_logs.entry set index = 100 where index = 2',
        'update audit_logs.entry set index = 2 where index = 3',
        'update audit_logs.entry set index = 3 where index = 100',
      ]),
  },
  {
    name: 'a well-formed entry inserted before it and the rest renumbered',
    at: 3,
    kinds: ['chain', 'tail'],
    damage: async (log) => {
      const copied = { ...(await entryAt(log, 2)), id: entryId(Date.now()) };
      const line = lineOf(copied);
      await asAdministrator(log, [
        'update audit_logs.entry set index = index + 1001 where index >= 2',
        'update audit_logs.entry set index = index - 1000 where index > 1000',
        {
          text: `insert into audit_logs.entry (workspace_id, index, id, time, line, leaf, actor_kind, actor_id, action, resource_type, resource_id, outcome, reason, endpoint, trace_id)
            select workspace_id, 2, $1, time, $2, $3, actor_kind, actor_id, action, resource_type, resource_id, outcome, reason, endpoint, trace_id from audit_logs.entry where index = 3`,
          values: [copied.id, line, Buffer.from(leafOf(line), 'hex')],
        },
      ]);
    },
  },
  {
    name: 'the newest entry cut off',
    at: 5,
    kinds: ['tail'],
    damage: (log) => asAdministrator(log, ['delete from audit_logs.entry where index = 5']),
  },
  { name: 'everything emptied', at: 0, kinds: ['tail'], damage: (log) => asAdministrator(log, ['delete from audit_logs.entry']) },
  {
    name: 'the newest entry rewritten with its hash recomputed',
    at: 5,
    kinds: ['tail'],
    damage: async (log) =>
      asAdministrator(log, [
        replaceLine(5, lineOf({ ...(await entryAt(log, 5)), outcome: 'denied' })),
        "update audit_logs.entry set outcome = 'denied' where index = 5",
      ]),
  },
  ...['actor_id', 'action', 'resource_id', 'outcome', 'trace_id'].map((column) => ({
    name: `the column ${column} edited, so that a filter would hide the entry`,
    at: 4,
    kinds: ['projection'],
    damage: (log: TestLog) => asAdministrator(log, [`update audit_logs.entry set ${column} = 'hidden' where index = 4`]),
  })),
  {
    name: 'the time column moved by a microsecond',
    at: 4,
    kinds: ['projection'],
    damage: (log) => asAdministrator(log, ["update audit_logs.entry set time = time + interval '1 microsecond' where index = 4"]),
  },
  {
    name: 'the trigger against changes dropped',
    at: 6,
    kinds: ['guard'],
    damage: (log) => asAdministrator(log, ['drop trigger never_changed on audit_logs.entry']),
  },
  {
    name: 'the trigger against changes switched off',
    at: 6,
    kinds: ['guard'],
    damage: (log) => asAdministrator(log, ['alter table audit_logs.entry disable trigger never_changed']),
  },
  {
    name: 'a right to update granted',
    at: 6,
    kinds: ['guard'],
    damage: (log) => asAdministrator(log, ['grant update on audit_logs.entry to aispm_app']),
  },
  {
    name: 'row-level security switched off',
    at: 6,
    kinds: ['guard'],
    damage: (log) => asAdministrator(log, ['alter table audit_logs.entry disable row level security']),
  },
];

for (const { name, at, kinds, damage } of families) {
  test(`names entry ${at}: ${name}`, async (t) => {
    // What watches the log is a part of the schema.
    const log = kinds.includes('guard') ? await testLog(t) : await logs();
    await log.fill(6);
    await damage(log);
    const { state, defects } = await verify(log);
    assert.equal(state, 'tampered');
    assert.equal(defects[0]?.index, at, JSON.stringify(defects));
    assert.ok(kinds.includes(defects[0]?.kind ?? ''), JSON.stringify(defects));
  });
}

test('goes on after a defect and counts the rest', async () => {
  const log = await logs();
  await log.fill(8);
  await asAdministrator(log, ["update audit_logs.entry set action = 'x' where index in (1, 6)"]);
  const { defects, goodTo, checkedTo } = await verify(log);
  assert.deepEqual(
    defects.map(({ index }) => index),
    [1, 6],
  );
  assert.deepEqual([goodTo, checkedTo], [1, 8]);
});

test('a chain whose end was changed is not continued, and the records wait', async () => {
  const log = await logs();
  await log.fill(3);
  const refusedWith = async (sentence: RegExp): Promise<void> => {
    await assert.rejects(log.fill(1), (error: Error) => sentence.test(String(error.cause ?? error)));
  };
  await asAdministrator(log, ["update audit_logs.entry set leaf = sha256('another') where index = 2"]);
  await refusedWith(/newest entry is not the one/);
  await asAdministrator(log, ['delete from audit_logs.entry where index = 2']);
  await refusedWith(/a tree of 3 leaves has 3 hashes, and 2 were found/);
  assert.equal((await log.owner.query('select from audit_logs.pending')).rowCount, 2);
});

test('bytes that are not UTF-8, a byte order mark, spaces and half a line are no lines', () => {
  for (const bytes of [
    Buffer.from([0xff, 0xfe]),
    Buffer.from('\ufeff{}'),
    Buffer.from('{ }'),
    Buffer.from('{"v":1'),
    Buffer.from('null'),
  ]) {
    assert.equal(readLine(bytes), null);
  }
});
