/** The card of a model or data set: its licence, what it was made from, and whether either is said. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import type { Draft } from '../engine/reader.ts';
import { type FrontMatter, frontMatter } from '../packages/front-matter.ts';
import { sayLicence } from '../packages/licence-facts.ts';
import { listOf, mapOf, textOf, under } from '../packages/value.ts';
import type { JsonValue } from '../readers/parts/json-tokens.ts';

const modelSigns = ['library_name', 'pipeline_tag', 'base_model', 'model-index', 'model_name', 'datasets'];
/** Many cards say nothing else. */
const licenceSigns = ['license', 'licence', 'license_name'];
const dataSigns = ['task_categories', 'size_categories', 'dataset_info', 'annotations_creators', 'language_creators', 'source_datasets'];

export default defineDocument({
  format: 'model-card',
  role: 'config',
  syntaxes: ['text'],
  names: /^(?:readme|modelcard|model_card)\.md$/,
  is: ({ text }) => /^\uFEFF?---[ \t]*\r?\n/.test(text.slice(0, 200)) && isCard(frontMatterOrNull(text)),
  read: (document, draft, tools) => {
    const matter = frontMatter(document.text);
    if (matter === null) return;
    const { root } = matter;
    const entry = mapOf(root)?.get('license') ?? under(root, 'licence');
    const all = (Array.isArray(entry) ? entry : [entry]).flatMap((one) => textOf(one) ?? []).slice(0, 20);
    const known = all.filter((one) => one !== 'other' && one !== 'unknown');
    const named = textOf(under(root, 'license_name'));
    const where = placeOfKey(document, matter, /^licen[sc]e:/m);
    // Several are told one by one: which of them holds for what only the text of the card says.
    const told = known.length > 0 || named === null ? known : [named];
    for (const one of told) sayLicence({ draft, tools }, { text: one, source: 'card' }, where);
    if (told.length === 0) sayNone(all[0] ?? null, draft, where);
    keep(draft, 'base_model', under(root, 'base_model'));
    keep(draft, 'datasets', under(root, 'datasets'));
    keep(draft, 'pipeline_tag', under(root, 'pipeline_tag'));
    keep(draft, 'library_name', under(root, 'library_name'));
  },
});

/** A block that cannot be parsed is no card; other kinds may still read the file. */
function frontMatterOrNull(text: string): FrontMatter | null {
  try {
    return frontMatter(text);
  } catch {
    return null;
  }
}

function isCard(matter: FrontMatter | null): boolean {
  return matter !== null && [...modelSigns, ...dataSigns, ...licenceSigns].some((sign) => under(matter.root, sign) !== null);
}

function sayNone(written: string | null, draft: Draft, where: ReturnType<TextDocument['placeAt']>): void {
  const detail =
    written === null
      ? 'The card names no licence: nobody is allowed to use what it describes.'
      : `The card says "${written}" and names no licence: read the licence beside it.`;
  draft.practices.push({
    subject: 'repository',
    code: written === null ? 'card-without-licence' : 'card-with-unnamed-licence',
    detail,
    text: written === null ? '' : `license: ${written}`.slice(0, 300),
    certainty: 'possible',
    where,
  });
}

function keep(draft: Draft, name: string, value: JsonValue): void {
  const texts = (typeof value === 'string' ? [value] : listOf(value)).flatMap((one) => textOf(one) ?? []).slice(0, 20);
  if (texts.length > 0) draft.metadata.set(name, texts.join(', ').slice(0, 1000));
}

function placeOfKey(document: TextDocument, { at, text }: FrontMatter, key: RegExp) {
  const found = key.exec(text);
  return document.placeAt(
    found === null ? 0 : at + found.index,
    found === null ? 3 : (text.slice(found.index).split('\n', 1)[0]?.length ?? 1),
  );
}
