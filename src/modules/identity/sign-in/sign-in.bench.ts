/** Ten sign-ins a second beside other requests: what the others wait, and how many sign-ins get through. */
import { setTimeout as sleep } from 'node:timers/promises';
import { overridePasswordCost } from '../account/password-hash.ts';
import { type Browser, goodPassword, person, testInstallation } from '../test-installation.ts';

const offeredEachSecond = 10;
const seconds = 10;
const readEveryMs = 20;

type Flood = { readonly p99Ms: number; readonly done: number };
let measured: Promise<Flood> | undefined;

/** Both figures are of one run. The clock of a machine that does much else says more than the requests cost. */
function flood(): Promise<Flood> {
  measured ??= run();
  return measured;
}

async function run(): Promise<Flood> {
  const endings: (() => Promise<void> | void)[] = [];
  try {
    const installation = await testInstallation({ after: (end) => void endings.push(end) });
    // The cost in service.
    overridePasswordCost(null);
    const reader = await person(installation, 'analyst');
    const people = await Promise.all(Array.from({ length: 5 }, () => person(installation, 'analyst')));
    const signIn = (email: string) =>
      installation.browser().send('/api/login', { method: 'POST', body: { email, password: goodPassword } });
    // The cheap hashes of test people are replaced at their first sign-in, which costs two.
    for (const { email } of people) await signIn(email);
    let isOver = false;
    let done = 0;
    const flooding = (async () => {
      const begun: Promise<void>[] = [];
      for (let turn = 0; turn < offeredEachSecond * seconds; turn += 1) {
        const { email = '' } = people[turn % people.length] ?? {};
        begun.push(
          signIn(email).then(({ status }) => {
            if (status === 200 && !isOver) done += 1;
          }),
        );
        await sleep(1000 / offeredEachSecond);
      }
      isOver = true;
      await Promise.all(begun);
    })();
    const waits = await readMeanwhile(reader.browser, () => isOver);
    await flooding;
    return { p99Ms: waits.toSorted((a, b) => a - b)[Math.floor(waits.length * 0.99)] ?? Number.NaN, done };
  } finally {
    for (const end of endings.toReversed()) await end();
  }
}

async function readMeanwhile(browser: Browser, isOver: () => boolean): Promise<number[]> {
  const waits: number[] = [];
  while (!isOver()) {
    const startedAt = performance.now();
    const { status } = await browser.send('/api/user');
    if (status !== 200) throw new TypeError(`the read answered ${status}`);
    waits.push(performance.now() - startedAt);
    await sleep(readEveryMs);
  }
  return waits;
}

/**
 * CPU (ms) a sign-in takes of the thread that answers everybody; the hashing is not on it. The least of several: the one that nothing
 * disturbed. Holds on a busy machine too, where the clock says nothing.
 */
async function loopCost(): Promise<number> {
  const endings: (() => Promise<void> | void)[] = [];
  try {
    const installation = await testInstallation({ after: (end) => void endings.push(end) });
    const { email } = await person(installation, 'analyst');
    const costs: number[] = [];
    // The hash is cheap here, as it is not on this thread; the many make the machine code.
    for (let time = 0; time < 150; time += 1) {
      const before = process.threadCpuUsage();
      const { status } = await installation.browser().send('/api/login', { method: 'POST', body: { email, password: goodPassword } });
      if (status !== 200) throw new TypeError(`the sign-in answered ${status}`);
      const { user, system } = process.threadCpuUsage(before);
      costs.push((user + system) / 1000);
    }
    return Math.min(...costs);
  } finally {
    for (const end of endings.toReversed()) await end();
  }
}

export const benches = [
  {
    // Ten a second may take a fifth of the thread, so that others wait for less than one sign-in's share of it.
    name: 'one sign-in, CPU of the answering thread',
    bar: 20,
    unit: 'ms',
    run: loopCost,
  },
  {
    name: 'authenticated GET while ten sign-ins a second are offered, p99',
    bar: 50,
    unit: 'ms',
    run: async () => (await flood()).p99Ms,
  },
  {
    // docs/adr/0011: the cost of the parameters leaves two to three a second; the rest is told to come back.
    name: 'sign-ins a second that get through when ten are offered',
    bar: 2,
    atLeast: true,
    unit: '1/s',
    run: async () => (await flood()).done / seconds,
  },
];
