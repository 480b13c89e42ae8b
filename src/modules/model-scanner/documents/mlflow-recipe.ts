/** MLflow recipes: steps that import functions of the repository and load pickled results of earlier steps. */
import { defineDocument } from '../engine/document.ts';
import { noteInto, textAt } from './pipeline-practice.ts';
import { addActivation } from './repository-path.ts';

const steps = ['ingest', 'split', 'transform', 'train', 'evaluate', 'predict'];

/** @source MLflow Recipes (removed in MLflow 3): `recipe: "regression/v1"`; CVE-2024-37060. */
export default defineDocument({
  format: 'mlflow-recipe',
  role: 'config',
  syntaxes: ['yaml'],
  names: /^recipe\.ya?ml$/,
  is: ({ root }) => /^(?:regression|classification)\/v\d/.test(textAt(root, 'recipe') ?? ''),
  read: (document, draft) => {
    for (const step of steps) {
      const where = document.placeOf(['steps', step]);
      if (textAt(document.root, 'steps', step, 'using') !== null || /_method|_filter/.test(document.text))
        addActivation(`steps/${step}.py`, `the step ${step} of recipe.yaml`, where, draft);
    }
    noteInto(
      draft,
      'repository',
    )({
      code: 'mlflow-pickled-flavour',
      detail: 'Running the recipe unpickles the results of its steps (CVE-2024-37060).',
      text: textAt(document.root, 'recipe') ?? '',
      where: document.placeOf(['recipe']),
    });
  },
});
