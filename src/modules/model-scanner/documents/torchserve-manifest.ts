/** The manifest of a TorchServe archive: the handler that is imported when the model is registered. */
import { defineDocument } from '../engine/document.ts';
import { mapAt, noteInto, textAt } from './pipeline-practice.ts';
import { addActivation, addPath, climbsOut } from './repository-path.ts';

/** Handlers that TorchServe itself ships. @source TorchServe documentation, "Default handlers". */
const builtIn = new Set(['image_classifier', 'image_segmenter', 'object_detector', 'text_classifier', 'base_handler']);

/** @source torch-model-archiver: MAR-INF/MANIFEST.json beside the files it names in the folder above. */
export default defineDocument({
  format: 'torchserve-manifest',
  role: 'config',
  syntaxes: ['json'],
  paths: /(^|\/)mar-inf\/manifest\.json$/,
  words: ['"serializedFile"', '"archiverVersion"'],
  is: ({ root }) =>
    mapAt(root, 'model') !== null && (textAt(root, 'archiverVersion') !== null || textAt(root, 'model', 'handler') !== null),
  read: (document, draft) => {
    const { root } = document;
    const above = document.path.toLowerCase().endsWith('mar-inf/manifest.json') ? '../' : '';
    for (const key of ['modelName', 'modelVersion']) {
      const value = textAt(root, 'model', key);
      if (value !== null) draft.metadata.set(key, value.slice(0, 200));
    }
    const handler = textAt(root, 'model', 'handler');
    if (handler !== null && !builtIn.has(handler)) {
      const [file = ''] = handler.split(':', 1);
      const where = document.placeOf(['model', 'handler']);
      const script = file.endsWith('.py') ? file : `${file}.py`;
      // A path that climbs out of the archive may still end in the repository around it.
      if (!addPath({ text: file, purpose: 'model', where, effect: 'exec' }, draft) || climbsOut(file))
        addActivation(`${above}${script}`, 'handler of MANIFEST.json', where, draft);
    }
    const modelFile = textAt(root, 'model', 'modelFile');
    const place = document.placeOf(['model', 'modelFile']);
    if (
      modelFile !== null &&
      (!addPath({ text: modelFile, purpose: 'model', where: place, effect: 'exec' }, draft) || climbsOut(modelFile))
    )
      addActivation(`${above}${modelFile}`, 'modelFile of MANIFEST.json', place, draft);
    for (const key of ['serializedFile', 'extraFiles', 'configFile']) {
      const text = textAt(root, 'model', key);
      if (text !== null)
        for (const part of text.split(','))
          addPath({ text: part.trim(), purpose: 'model', where: document.placeOf(['model', key]) }, draft);
    }
    const requirements = textAt(root, 'model', 'requirementsFile');
    if (requirements !== null)
      noteInto(
        draft,
        'model-server',
      )({
        code: 'install-on-registration',
        detail: 'TorchServe may install the packages of this file when the model is registered.',
        text: requirements,
        where: document.placeOf(['model', 'requirementsFile']),
      });
  },
});
