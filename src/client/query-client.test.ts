import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { MutationObserver, onlineManager } from '@tanstack/react-query';
import { createQueryClient } from './query-client.ts';

after(() => onlineManager.setOnline(true));

test('a browser that calls itself offline asks all the same, and a change fails at once instead of being sent later', async () => {
  onlineManager.setOnline(false);
  const client = createQueryClient();
  assert.equal(await client.fetchQuery({ queryKey: ['here'], queryFn: () => 'from this machine' }), 'from this machine');
  let sent = 0;
  const change = new MutationObserver(client, {
    mutationFn: () => {
      sent += 1;
      return Promise.reject(new TypeError('Failed to fetch'));
    },
  });
  await assert.rejects(change.mutate(), /Failed to fetch/);
  onlineManager.setOnline(true);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(sent, 1);
  client.clear();
});
