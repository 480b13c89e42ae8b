import assert from 'node:assert/strict';
import test from 'node:test';
import { checkName } from './names.ts';

for (const path of [
  'src/platform/utils.ts',
  'src/modules/risk/helpers/score.ts',
  'src/modules/risk/score-helper.ts',
  'src/common/finding.ts',
  'src/modules/risk/types.ts',
  'src/modules/risk/shared.test.ts',
  'src/platform/session-manager.ts',
  'src/platform/Misc.ts',
]) {
  test(`${path} is refused`, () => {
    assert.equal(checkName(path).length, 1);
  });
}

for (const path of [
  'catalog/common-passwords.txt',
  'src/modules/risk/score.ts',
  'src/ui/shared-element.tsx',
  'src/contract/permission.ts',
  'src/ui/css-types.d.ts',
]) {
  test(`${path} is accepted`, () => {
    assert.deepEqual(checkName(path), []);
  });
}
