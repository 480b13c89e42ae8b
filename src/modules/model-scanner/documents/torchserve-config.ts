/** TorchServe's `config.properties`: who may register models, and from where. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import { noteInto } from './pipeline-practice.ts';

type Setting = { readonly key: RegExp; readonly value: RegExp; readonly code: string; readonly detail: string };

/** @source TorchServe documentation, "Advanced configuration". */
const settings: readonly Setting[] = [
  {
    key: /^(management|inference|metrics)_address$/,
    value: /^https?:\/\/(0\.0\.0\.0|\[?::\]?)/,
    code: 'open-management',
    detail: 'The interface listens on every address of the machine.',
  },
  {
    key: /^allowed_urls$/,
    value: /^(\.\*|https?:\/\/\.\*|.*\/\.\*)/,
    code: 'models-from-anywhere',
    detail: 'Models may be registered from any address.',
  },
  {
    key: /^install_py_dep_per_model$/,
    value: /^true$/i,
    code: 'install-on-registration',
    detail: 'Packages that a model asks for are installed when it is registered.',
  },
  { key: /^disable_token_authorization$/, value: /^true$/i, code: 'no-authentication', detail: 'Requests need no token.' },
  { key: /^enable_model_api$/, value: /^true$/i, code: 'runtime-registration', detail: 'Models can be registered while the server runs.' },
];

export default defineDocument({
  format: 'torchserve-config',
  role: 'config',
  syntaxes: ['text'],
  names: /^config\.properties$/,
  is: ({ text }) =>
    /^\s*(?:inference_address|management_address|model_store|load_models|install_py_dep_per_model|disable_token_authorization)\s*[=:]/m.test(
      text,
    ),
  read: (document, draft) => {
    const note = noteInto(draft, 'model-server');
    for (const { key, value, at, line } of propertiesOf(document)) {
      const found = settings.find((setting) => setting.key.test(key) && setting.value.test(value));
      if (!found || (found.code === 'open-management' && key !== 'management_address')) continue;
      note({ code: found.code, detail: found.detail, text: line, where: document.placeAt(at, line.length) });
    }
  },
});

function* propertiesOf({ text }: TextDocument): Iterable<{ key: string; value: string; at: number; line: string }> {
  let at = 0;
  for (const line of text.split('\n').slice(0, 10_000)) {
    const match = /^[ \t]{0,100}([\w.-]{1,200})[ \t]{0,100}[=:](.{0,2000})$/.exec(line.trimEnd());
    if (match) yield { key: match[1] ?? '', value: (match[2] ?? '').trim(), at, line: line.trim() };
    at += line.length + 1;
  }
}
