/** Chat templates in files of their own. */
import { defineReader, draftArtefact } from '../../engine/reader.ts';

const longestTemplate = 4 * 2 ** 20;

export default defineReader({
  format: 'jinja',
  plausible: (glance) => /\.(jinja2?|j2)$/.test(glance.name) && glance.isText,
  read: (source, where) => {
    const draft = draftArtefact('jinja', where, source.size);
    draft.role = 'config';
    if (source.size > longestTemplate) {
      draft.unread.push({ reason: 'budget', detail: `A template of ${source.size} bytes is larger than is read.`, where });
      return draft;
    }
    const text = new TextDecoder().decode(source.read(0, source.size));
    draft.templates.push({ language: 'jinja', key: 'file', text, where });
    return draft;
  },
});
