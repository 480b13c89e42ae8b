/** Settings files: names of keys (never values), and models named in configuration. */
import { aiCatalog, providerOfModel } from '../evidence/ai-catalog.ts';

export type KeyName = { readonly name: string; readonly owner: string; readonly line: number; readonly set: boolean };
export type ConfiguredModel = {
  readonly id: string;
  readonly provider: string;
  readonly title: string;
  readonly line: number;
  readonly key: string;
};

export function isEnvironmentFile(name: string): boolean {
  return /^\.env(?:\.[\w.-]{1,60})?$|^[\w-]{1,60}\.env$/.test(name);
}

/** Names of AI keys in a `.env` file; `set` says whether a value stands there. */
export function keyNames(text: string): KeyName[] {
  const known = aiCatalog().keyNames;
  return text
    .split(/\r?\n/)
    .slice(0, 5000)
    .flatMap((line, index) => {
      const match = /^\s*(?:export\s+)?([A-Z][A-Z0-9_]{2,80})\s*=\s*(.{0,500})$/.exec(line);
      const owner = match?.[1] === undefined ? undefined : known.get(match[1]);
      return owner && match?.[1]
        ? [
            {
              name: match[1],
              owner: owner.owner,
              line: index + 1,
              set: (match[2] ?? '').replace(/["'#].*$/, '').trim() !== '' || /["']\S/.test(match[2] ?? ''),
            },
          ]
        : [];
    });
}

const setting =
  /^[ \t]{0,60}-?[ \t]{0,4}["']?([A-Za-z_][\w.-]{0,60})["']?[ \t]{0,4}[:=][ \t]{0,4}["']?([A-Za-z0-9][\w./:@-]{1,120})["']?[ \t]{0,4},?[ \t]{0,4}(?:#[^\n]{0,200})?$/;

/** Lines such as `model: gpt-4o` or `OPENAI_MODEL=gpt-4o`. A comment line never fits. */
export function configuredModels(text: string): ConfiguredModel[] {
  if (!/model|deployment|engine/i.test(text)) return [];
  return text
    .split(/\r?\n/)
    .slice(0, 20_000)
    .flatMap((line, index) => {
      const match = setting.exec(line);
      if (!match?.[1] || !match[2] || !/model|deployment|engine/i.test(match[1])) return [];
      const provider = providerOfModel(match[2]);
      return provider ? [{ id: match[2], provider: provider.id, title: provider.title, line: index + 1, key: match[1] }] : [];
    });
}
