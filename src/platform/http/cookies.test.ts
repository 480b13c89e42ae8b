import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cookieLine, cookiesIn } from './cookies.ts';

test('names and values are read with spaces, escapes and equals signs, and a part without one is passed over', () => {
  assert.deepEqual(
    [...cookiesIn('first=1;  second = a%20b ; nothing; third=x=y; broken=%zz')],
    [
      ['first', '1'],
      ['second', 'a b'],
      ['third', 'x=y'],
      ['broken', '%zz'],
    ],
  );
});

test('of two cookies with one name the first counts, and names of object properties are names like any other', () => {
  assert.equal(cookiesIn('name=first; name=second').get('name'), 'first');
  assert.equal(cookiesIn('__proto__=x; constructor=y').get('__proto__'), 'x');
});

test('no header is no cookies', () => {
  assert.equal(cookiesIn(undefined).size, 0);
  assert.equal(cookiesIn('').size, 0);
});

test('a value cannot end its cookie or begin another header', () => {
  const line = cookieLine('name', 'a; Domain=evil\r\nx: y', { path: '/', secure: true, httpOnly: true, maxAgeSeconds: 60 });
  assert.equal(line, 'name=a%3B%20Domain%3Devil%0D%0Ax%3A%20y; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=Lax');
});

test('a cookie that is taken away has expired', () => {
  assert.equal(
    cookieLine('name', '', { path: '/api', secure: false, httpOnly: false, maxAgeSeconds: 0 }),
    'name=; Max-Age=0; Path=/api; Expires=Thu, 01 Jan 1970 00:00:00 GMT; SameSite=Lax',
  );
});
