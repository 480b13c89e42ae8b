/** One installation for all tests of a suite: opened before the first, ended after the last. */
import { after, before } from 'node:test';
import type { TestDoor } from './test-door.ts';
import { TestIntegrity } from './test-integrity.ts';

/** Call inside `describe`. */
export function integrityOfFile(door: TestDoor, opened: (integrity: TestIntegrity) => void): void {
  const ends: (() => Promise<void>)[] = [];
  before(async () => {
    opened(await TestIntegrity.open({ after: (end) => void ends.unshift(end) }, { door: door.routes }));
  });
  after(async () => {
    for (const end of ends) await end();
  });
}
