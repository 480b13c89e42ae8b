import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { registry } from './metrics.ts';

test('an event loop that stood still is told once, in seconds, and the package’s own measure of it is gone', async () => {
  const sum = async () => Number(/^aispm_event_loop_delay_seconds_sum (\S+)$/m.exec(await registry.metrics())?.[1]);
  const before = await sum();
  // Without work: the processor is free meanwhile. Whenever the next look was due, it comes at least 350 ms late.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600);
  await sleep(300);
  const stood = (await sum()) - before;
  assert.ok(stood >= 0.34, `${stood} s`);
  assert.doesNotMatch(await registry.metrics(), /eventloop_lag/);
  assert.match(await registry.metrics(), /^aispm_nodejs_gc_duration_seconds_count/m);
});
