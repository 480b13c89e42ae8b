/** For tests: one installation for a whole file, let go at its end. */
import { after, before } from 'node:test';
import { type Installation, testInstallation } from './test-installation.ts';

type End = () => Promise<void> | void;
export type FileInstallation = { readonly owner: { after(end: End): void }; get(): Installation };

/** Call inside `describe`. What `owner` is given ends with the file. */
export function installationOfFile(
  prepare: (installation: Installation, owner: FileInstallation['owner']) => Promise<void>,
  environment: Readonly<Record<string, string>> = {},
): FileInstallation {
  const endings: End[] = [];
  const owner = { after: (end: End) => void endings.push(end) };
  let installation: Installation | undefined;
  before(async () => {
    installation = await testInstallation(owner, environment);
    await prepare(installation, owner);
  });
  after(async () => {
    for (const end of endings.toReversed()) await end();
  });
  return {
    owner,
    get() {
      if (installation === undefined) throw new TypeError('the installation is there once tests run');
      return installation;
    },
  };
}
