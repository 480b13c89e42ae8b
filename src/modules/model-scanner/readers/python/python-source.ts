/** Python source in an encoding other than UTF-8; the ordinary kind is a document (`documents/python-source.ts`). */
import { placeName } from '../../engine/place.ts';
import { defineReader, draftArtefact, guarded } from '../../engine/reader.ts';
import { pythonFile } from '../../source-code/load-analysis.ts';
import { decodeSource } from '../../source-code/python-encoding.ts';
import { TextPlaces } from '../parts/text-places.ts';

const longestSource = 4 * 2 ** 20;

export default defineReader({
  format: 'python',
  plausible: ({ name, isText, head }) => /\.pyw?$/.test(name) && !isText && !head.includes(0),
  read: (source, where, tools) => {
    const draft = draftArtefact('python', where, source.size);
    if (source.size > longestSource) {
      draft.unread.push({ reason: 'budget', detail: `Python source of ${source.size} bytes is larger than is read.`, where });
      return draft;
    }
    const decoded = decodeSource(source.read(0, source.size));
    const places = new TextPlaces(decoded.text, where);
    guarded(draft, () => {
      const name = placeName(where).toLowerCase();
      pythonFile().readPythonFile({ decoded, name, placeAt: (offset, length) => places.at(offset, length) }, draft, tools);
    });
    return draft;
  },
});
