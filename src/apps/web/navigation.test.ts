import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PageEntry } from '../../ui/define-page.ts';
import { byMatch, isUnder, navigationGroups, phonePlaces, placeOf } from './navigation.ts';

const page = (path: `/${string}`, change: Partial<PageEntry> = {}): PageEntry => ({
  path,
  title: path,
  permission: 'signed-in',
  group: 'top',
  icon: 'inbox',
  order: 1,
  load: () => Promise.reject(new TypeError('not loaded in this test')),
  ...change,
});

test('lists only what the person may read, in order', () => {
  const pages = [
    page('/b', { order: 2 }),
    page('/a'),
    page('/secret', { permission: 'users:read' }),
    page('/x/:id', { group: null }),
    page('/sign-in', { permission: 'public' }),
  ];
  const groups = navigationGroups(pages, (permission) => permission !== 'users:read');
  assert.deepEqual(
    groups.map(({ group, pages: listed }) => [group, listed.map(({ path }) => path)]),
    [['top', ['/a', '/b']]],
  );
});
test('a fixed path is tried before one with a parameter', () => {
  assert.deepEqual(
    [page('/scans/:id'), page('/scans/new')].toSorted(byMatch).map(({ path }) => path),
    ['/scans/new', '/scans/:id'],
  );
});
test('a record lies under its list, another list with the same beginning does not', () => {
  assert.equal(isUnder('/scans', '/scans/7'), true);
  assert.equal(isUnder('/scans', '/scans-old'), false);
  assert.equal(isUnder('/', '/scans'), false);
});
test('an address belongs to one listed page, the longest', () => {
  const groups = [{ group: 'Respond' as const, pages: [page('/incidents'), page('/incidents/quarantine')] }];
  assert.equal(placeOf(groups, '/incidents/quarantine'), '/incidents/quarantine');
  assert.equal(placeOf(groups, '/incidents/7'), '/incidents');
  assert.equal(placeOf(groups, '/elsewhere'), null);
});
test('the phone offers four places, the wished ones first', () => {
  const groups = navigationGroups(
    ['/z', '/y', '/x', '/ai-assets', '/'].map((path) => page(path as `/${string}`)),
    () => true,
  );
  assert.deepEqual(
    phonePlaces(groups)
      .slice(0, 2)
      .map(({ path }) => path),
    ['/', '/ai-assets'],
  );
  assert.equal(phonePlaces(groups).length, 4);
});
