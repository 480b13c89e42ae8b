/** PMML: which models, how many fields, functions that are code of somebody else, extensions. */
import type { Where } from '../../../../contract/finding.ts';
import { escapeText } from '../../engine/quote.ts';
import { broken, type Draft } from '../../engine/reader.ts';
import type { XmlElement, XmlEvents } from './xml-stream.ts';

/** @source PMML 4.4, "Built-in functions". */
const functions = new Set(
  (
    '+ - * / min max sum avg median product log10 ln sqrt abs exp pow threshold floor ceil round modulo isMissing isNotMissing isValid isNotValid ' +
    'equal notEqual lessThan lessOrEqual greaterThan greaterOrEqual isIn isNotIn and or not if uppercase lowercase stringLength substring trimBlanks concat ' +
    'replace matches formatNumber formatDatetime dateDaysSinceYear dateSecondsSinceYear dateSecondsSinceMidnight normalCDF normalPDF stdNormalCDF ' +
    'stdNormalPDF erf normalIDF stdNormalIDF expm1 hypot ln1p rint sin asin sinh cos acos cosh tan atan tanh'
  ).split(' '),
);
/** Functions that JPMML, the evaluator most programs use, adds under a prefix of its own. */
const prefixed = /^x-[a-z0-9]+$/i;
const models = /Model$|^(?:Scorecard|RuleSetModel|NaiveBayesModel|TreeModel|TimeSeriesModel|AnomalyDetectionModel)$/;
const mostFunctions = 200;

type Counts = {
  fields: number;
  declaredFields: number | null;
  models: string[];
  extensions: number;
  defined: Set<string>;
  used: Map<string, Where>;
};

/** @source PMML 4.4 (Data Mining Group). JPMML-Evaluator resolves a function with dots in its name as a Java class. */
export function pmmlEvents(draft: Draft): XmlEvents & { finish(): void } {
  const counts: Counts = { fields: 0, declaredFields: null, models: [], extensions: 0, defined: new Set(), used: new Map() };
  let dictionary: Where | null = null;
  return {
    open: (element) => {
      const { name, attributes, place } = element;
      const local = name.slice(name.indexOf(':') + 1);
      if (local === 'DataDictionary') {
        const declared = Number(attributes.get('numberOfFields') ?? Number.NaN);
        counts.declaredFields = Number.isInteger(declared) ? declared : null;
        dictionary = place();
      }
      if (local === 'DataField') counts.fields += 1;
      if (local === 'Extension') counts.extensions += 1;
      if (local === 'DefineFunction') counts.defined.add(attributes.get('name') ?? '');
      if (models.test(local) && counts.models.length < 1000) counts.models.push(local);
      if (local === 'PMML') draft.metadata.set('version', (attributes.get('version') ?? '').slice(0, 40));
      if (local === 'Application') draft.metadata.set('producer', (attributes.get('name') ?? '').slice(0, 200));
      noteFunction(local, element, counts);
    },
    finish: () => finish(counts, dictionary ?? draft.where, draft),
  };
}

function noteFunction(local: string, { attributes, place }: XmlElement, { used }: Counts): void {
  const name = local === 'Apply' || local === 'Aggregate' ? attributes.get('function') : undefined;
  if (
    name === undefined ||
    local === 'Aggregate' ||
    functions.has(name) ||
    prefixed.test(name) ||
    used.has(name) ||
    used.size >= mostFunctions
  )
    return;
  used.set(name, place());
}

function finish({ fields, declaredFields, models: found, extensions, defined, used }: Counts, dictionary: Where, draft: Draft): void {
  draft.metadata.set('fields', fields);
  draft.metadata.set('models', [...new Set(found)].join(', ').slice(0, 300));
  if (extensions > 0) draft.metadata.set('extensions', extensions);
  if (declaredFields !== null && declaredFields !== fields)
    draft.anomalies.push(broken('pmml-count', `The dictionary counts ${declaredFields} fields and holds ${fields}.`, dictionary));
  for (const [name, where] of used) {
    if (defined.has(name)) continue;
    const isClass = /^[A-Za-z_]\w*(?:\.[A-Za-z_$][\w$]*)+$/.test(name);
    draft.operators.push({
      framework: 'pmml',
      domain: '',
      name: escapeText(name.slice(0, 200)),
      known: false,
      effect: 'none',
      certainty: 'possible',
      detail: isClass
        ? 'is a Java class that the evaluator looks up by name and runs.'
        : 'is a function that neither PMML nor this file defines.',
      where,
    });
  }
}
