import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConnectionString } from './connection-string.ts';

test('a connection string is taken apart by us, and refused without repeating it', () => {
  assert.deepEqual(readConnectionString('postgres://a%40b:p%23w@db.example.test/shop'), {
    host: 'db.example.test',
    port: 5432,
    database: 'shop',
    user: 'a@b',
    password: 'p#w',
    encryption: 'verified',
  });
  assert.equal(readConnectionString('postgresql://u:p@[2001:db8::1]:6432/d?sslmode=require').host, '2001:db8::1');
  const wrong = [
    'mysql://u:secret@h/d',
    'postgresql://u@h/d',
    'postgresql://:secret@h/d',
    'postgresql://u:secret@h/',
    'postgresql://u:secret@/d',
    'postgresql://u:secret@%2Ftmp/d',
    'postgresql://u:secret@h/d?host=/tmp',
    'postgresql://u:secret@h/d?sslrootcert=/etc/passwd',
    'postgresql://u:secret@h/d?sslmode=prefer',
    'postgresql://u:secret@h/d?sslmode=disable&sslmode=require',
    'postgresql://u:sec%ret@h/d',
    'postgresql://u:secret@h/d#x',
    'secret',
  ];
  for (const text of wrong)
    assert.throws(
      () => readConnectionString(text),
      (error: Error & { code?: string }) => error.code === 'data-quality.connectionUnfit' && !error.message.includes('secret'),
      text,
    );
});
