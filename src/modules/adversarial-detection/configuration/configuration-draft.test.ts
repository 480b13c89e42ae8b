import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigurationBody } from '../contract.ts';
import { defaultConfiguration } from './config-store.ts';
import { ConfigurationDraft, configurationChangeOf, configurationDraftOf } from './configuration-draft.ts';

const kept = (body: ConfigurationBody) => ({ ...body, version: 7, changedBy: null, changedAt: null });

test('what the form shows is what it saves: unchanged, nothing changes', () => {
  const odd = structuredClone(defaultConfiguration);
  odd.detectors['model-evasion'].targetFalsePositiveRate = 0.007;
  odd.response.escalateAfterMs = 7250;
  odd.response.autoRelease.neverForSeverity = ['critical', 'low'];
  const draft = ConfigurationDraft.parse(configurationDraftOf(kept(odd)));
  const { version, response, detectors } = configurationChangeOf(draft, 7);
  assert.equal(version, 7);
  // Models that fail another way are not in the form: they stay as they are.
  const { failModes: _stay, ...shown } = odd.response;
  assert.deepEqual(response, shown);
  for (const [kind, { enabled, targetFalsePositiveRate }] of Object.entries(odd.detectors))
    assert.deepEqual(Object.entries(detectors ?? {}).find(([name]) => name === kind)?.[1], { enabled, targetFalsePositiveRate });
});

test('what the server would refuse is refused at the field', () => {
  const draft = configurationDraftOf(kept(defaultConfiguration));
  for (const wrong of [{ escalateAfter: 4 }, { blockDeadline: 9 }, { approvals: 6 }, { incidentCount: 0 }])
    assert.equal(ConfigurationDraft.safeParse({ ...draft, ...wrong }).success, false, JSON.stringify(wrong));
});
