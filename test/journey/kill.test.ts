/** kill -9 of gateway, service and PostgreSQL, twenty times during a write load: nothing acknowledged is lost, and it comes back by itself. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { z } from 'zod';
import * as threats from '../../src/modules/adversarial-detection/contract.ts';
import { listAssets } from '../../src/modules/ai-assets/contract.ts';
import * as incidents from '../../src/modules/incidents/contract.ts';
import { readPlace } from '../../src/platform/database/embedded/place.ts';
import { type Person, until } from '../person.ts';
import type { RunningPlatform } from '../running-platform.ts';
import { sharedPlatform } from '../shared-platform.ts';

describe('kill -9', { timeout: 1_200_000 }, () => {
  const kills = 20;
  const onLinux = process.platform === 'linux';
  /** Between two writes of one writer: the load must not take the cores that those who come back need. */
  const writerRestMs = 25;
  /** Far more than it takes: how fast it comes back is for the bench, on a machine that does nothing else. */
  const comesBackMs = 120_000;
  let platform: RunningPlatform;
  let admin: Person;
  /** Other journeys have registered assets before. */
  let since = '';
  let assetsBefore = 0;

  before(async () => {
    if (!onLinux) return;
    ({ platform, admin } = await sharedPlatform());
    since = new Date().toISOString();
    assetsBefore = (await counts()).assets;
  });

  test('an escalation that is due while the gateway is dead fires once, within a second of its coming back, and says how late', {
    skip: onLinux ? false : 'finds processes through /proc',
    timeout: 240_000,
  }, async (t) => {
    const configured = '/api/adversarial-detection/config';
    const { response } = await admin.must(threats.Configuration, 'GET', configured);
    const set = (escalateAfterMs: number) => admin.must(threats.Configuration, 'PATCH', configured, { response: { escalateAfterMs } });
    // The shortest that a configuration takes.
    await set(5000);
    t.after(() => set(response.escalateAfterMs));
    const draft = { title: 'Nobody may overlook this', severity: 'high' };
    const { id } = await admin.must(incidents.Incident, 'POST', '/api/incidents', draft);
    const read = () => admin.must(incidents.getIncident.output, 'GET', `/api/incidents/${id}`);
    const [promise] = (await read()).countdowns;
    assert.ok(promise);
    const dueAt = Date.parse(promise.dueAt);
    await rest(Math.max(0, dueAt - Date.now() - 500));
    const pid = gatewayPid();
    assert.ok(pid !== null);
    process.kill(pid, 'SIGKILL');
    const killedAt = Date.now();
    await until(
      'the gateway to answer',
      async () => ((await admin.ask('GET', '/api/health').catch(() => null)) === null ? null : true),
      comesBackMs,
    );
    const backAt = Date.now();
    await until('the escalation', async () => ((await read()).escalationLevel > 0 ? true : null), comesBackMs);
    const { items } = await admin.must(incidents.incidentTimeline.output, 'GET', `/api/incidents/${id}/timeline?limit=50`);
    const calls = items.filter(({ kind }) => kind === 'escalation');
    assert.equal(calls.length, 1);
    const firedAt = Date.parse(calls[0]?.at ?? '');
    assert.ok(firedAt >= dueAt, 'not before its time');
    assert.ok(firedAt <= Math.max(dueAt, backAt) + 1000, `fired ${firedAt - backAt} ms after the gateway was back`);
    // By the clock of the database: what it says it was late is what it was late.
    assert.ok(Math.abs((calls[0]?.lateByMs ?? 0) - (firedAt - dueAt)) < 1000);
    t.diagnostic(
      `away for ${backAt - killedAt} ms; fired ${firedAt - dueAt} ms after its time, ${firedAt - backAt} ms after the first answer`,
    );
    await admin.must(incidents.Incident, 'PATCH', `/api/incidents/${id}`, { status: 'false_positive', reason: 'It was a test.' });
  });

  test('twenty kills during a write load lose nothing that was acknowledged', {
    skip: onLinux ? false : 'finds processes through /proc',
    timeout: 900_000,
  }, async (t) => {
    const acknowledged: string[] = [];
    let writing = true;
    let refused = 0;
    const writer = async (line: number): Promise<void> => {
      for (let count = 0; writing; count += 1) {
        const name = `asset ${line}-${count}`;
        const status = await admin.ask('POST', '/api/ai-assets', { name, type: 'model' }).then(
          (answer) => answer.status,
          () => 0,
        );
        if (status === 201) acknowledged.push(name);
        else refused += 1;
        await rest(status === 201 ? writerRestMs : 50);
      }
    };
    const writers = [1, 2, 3].map(writer);
    const stopWriting = async (): Promise<void> => {
      writing = false;
      await Promise.all(writers);
    };
    t.after(stopWriting);
    // The gateway less often: its start costs as much as those of six services, and the test above kills it as well.
    const victims = [gatewayPid, postmasterPid, scannerPid, postmasterPid, scannerPid];
    for (let round = 0; round < kills; round += 1) {
      const before = acknowledged.length;
      await until('writes to go on', async () => (acknowledged.length > before + 5 ? true : null), comesBackMs);
      // Writes need no scanner: they may go on before the one killed last is back.
      const pid = await until('the process to kill', async () => victims[round % victims.length]?.() ?? null, comesBackMs);
      process.kill(pid, 'SIGKILL');
    }
    await until(
      'every part to be healthy again',
      async () => {
        const Health = z.object({ status: z.string() });
        const answer = await admin.ask('GET', '/api/health').catch(() => null);
        return answer !== null && Health.safeParse(answer.body).data?.status === 'healthy' ? true : null;
      },
      comesBackMs,
    );
    await stopWriting();

    const present = await allNames();
    assert.deepEqual(
      acknowledged.filter((name) => !present.has(name)),
      [],
    );
    assert.ok(acknowledged.length > kills * 5, `${acknowledged.length} writes acknowledged, ${refused} refused`);
  });

  test('the audit log verifies after the kills: every acknowledged change has its entry', {
    skip: onLinux ? false : 'needs the test above',
  }, async () => {
    const { assets } = await counts();
    const made = assets - assetsBefore;
    await until('the sequencer to drain', async () => ((await counts()).entries >= made ? true : null), comesBackMs);
    assert.equal((await counts()).entries, made);
  });

  /** All assets, and the entries of the audit log about those registered by this journey. */
  async function counts(): Promise<{ assets: number; entries: number }> {
    const Total = z.object({ total: z.number() });
    const { total: assets } = await admin.must(Total, 'GET', '/api/ai-assets?limit=1');
    const { total: entries } = await admin.must(
      Total,
      'GET',
      `/api/audit-logs?action=ai-assets.register&outcome=done&start_date=${since}&limit=1`,
    );
    return { assets, entries };
  }

  async function allNames(): Promise<Set<string>> {
    const names = new Set<string>();
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: z.output<typeof listAssets.output> = await admin.must(
        listAssets.output,
        'GET',
        `/api/ai-assets?limit=500${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      for (const { name } of page.items) names.add(name);
      cursor = page.nextCursor;
    }
    return names;
  }

  function gatewayPid(): number | null {
    return childOf('gateway');
  }
  function scannerPid(): number | null {
    return childOf('ai-scanner');
  }

  /** The supervisor's child whose environment names the process. */
  function childOf(name: string): number | null {
    const parent = platform.supervisor.pid;
    for (const entry of readdirSync('/proc').filter((word) => /^\d+$/.test(word))) {
      try {
        const isChild = new RegExp(`^PPid:\\s*${parent}$`, 'm').test(readFileSync(`/proc/${entry}/status`, 'utf8'));
        if (isChild && readFileSync(`/proc/${entry}/environ`, 'utf8').split('\0').includes(`PROCESS=${name}`)) return Number(entry);
      } catch {
        // It ended while we looked.
      }
    }
    return null;
  }

  function postmasterPid(): number | null {
    const place = readPlace(platform.dataDirectory);
    if (place === null) return null;
    return Number(readFileSync(join(place.clusterDirectory, 'postmaster.pid'), 'utf8').split('\n')[0]);
  }

  function rest(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }
});
