import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beatMs, type ElectionState, type ElectionWord, firstState, onBeat, onHear, silenceMs } from './live-election.ts';

/** Tabs in one room with one clock: each hears what the others say in the same tick. */
function room(names: readonly string[]) {
  const tabs = new Map(names.map((name) => [name, { state: firstState(name), visible: true, open: true }]));
  let now = 10_000;
  const hear = (word: ElectionWord): void => {
    for (const [name, tab] of tabs) {
      if (name === word.from || !tab.open) continue;
      const step = onHear(tab.state, word, now, tab.visible);
      tab.state = step.state;
      if (step.say) hear({ kind: step.say, from: name });
    }
  };
  const tick = (times = 1): void => {
    for (let count = 0; count < times; count += 1) {
      now += beatMs;
      for (const [name, tab] of tabs) {
        if (!tab.open) continue;
        const step = onBeat(tab.state, now, tab.visible);
        tab.state = step.state;
        if (step.say) hear({ kind: step.say, from: name });
      }
    }
  };
  const leaders = () => [...tabs].filter(([, tab]) => tab.open && tab.state.leading).map(([name]) => name);
  const tab = (name: string): { state: ElectionState; visible: boolean; open: boolean } => tabs.get(name) ?? assert.fail(`no tab ${name}`);
  return { tick, leaders, tab, hear };
}

test('one of many tabs leads, and keeps leading', () => {
  const { tick, leaders } = room(['a', 'b', 'c']);
  tick(3);
  const first = leaders();
  assert.equal(first.length, 1);
  tick(10);
  assert.deepEqual(leaders(), first);
});
test('another tab takes over at once when the leader says it leaves', () => {
  const { tick, leaders, tab, hear } = room(['a', 'b']);
  tick(3);
  const [leader = ''] = leaders();
  tab(leader).open = false;
  hear({ kind: 'resign', from: leader });
  tick(2);
  assert.equal(leaders().length, 1);
  assert.notEqual(leaders()[0], leader);
});
test('another tab takes over after silence when the leader crashed', () => {
  const { tick, leaders, tab } = room(['a', 'b']);
  tick(3);
  tab(leaders()[0] ?? '').open = false;
  tick(Math.ceil(silenceMs / beatMs) + 2);
  assert.equal(leaders().length, 1);
});
test('hidden tabs never claim', () => {
  const { tick, leaders, tab } = room(['a']);
  tab('a').visible = false;
  tick(10);
  assert.deepEqual(leaders(), []);
});
test('two leaders that meet become one', () => {
  const { tick, leaders, tab } = room(['a', 'b']);
  for (const name of ['a', 'b']) tab(name).state = { ...firstState(name), leading: true };
  tick(2);
  assert.deepEqual(leaders(), ['a']);
});
test('a hidden leader lets go when a visible tab claims', () => {
  const { tick, leaders, tab, hear } = room(['a', 'b']);
  tick(3);
  const [leader = ''] = leaders();
  const other = leader === 'a' ? 'b' : 'a';
  tab(leader).visible = false;
  hear({ kind: 'claim', from: other });
  assert.deepEqual(leaders(), []);
});
