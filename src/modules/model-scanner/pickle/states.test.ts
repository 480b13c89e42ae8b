import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolve } from './names.ts';
import { codeInState } from './states.ts';
import { catalogTables } from './testing/catalog.ts';
import { computedText, none, sequence, type Value } from './values.ts';

const normal = resolve(catalogTables(), 'scipy.stats._continuous_distns', 'norm_gen', 4);
const model = resolve(catalogTables(), 'statsmodels.base.data', 'PandasData', 4);
const state = (key: string, value: Value): Value => ({ kind: 'dict', items: [computedText(key), value], count: 1 });

// Written by SciPy 1.17 for a distribution with one shape parameter.
const template = `
def _parse_args(self, a,  loc=0, scale=1):
    return (a, ), loc, scale

def _parse_args_rvs(self, a,  loc=0, scale=1, size=None):
    return self._argcheck_rvs(a,  loc, scale, size=size)

def _parse_args_stats(self, a,  loc=0, scale=1, moments='mv'):
    return (a, ), loc, scale, moments
`;

test('knows the template SciPy writes from any other text', () => {
  const verdict = (text: string) => codeInState(normal, state('_parse_arg_template', computedText(text))).verdict;
  assert.equal(verdict(template), 'ordinary');
  assert.equal(verdict(`${template}\nimport os`), 'code');
  assert.equal(verdict("def _parse_args(self, a=print('x')):\n    return (a, ), loc, scale"), 'code');
  assert.equal(verdict("    return (__import__('os'), ), loc, scale"), 'code');
});

test('knows ordinary model formulas from Python in a formula', () => {
  const verdict = (text: string) => codeInState(model, state('formula', computedText(text))).verdict;
  for (const formula of ['y ~ x + np.log(z) + C(group)', "y ~ C(g, Treatment('a')):x - 1", 'y ~ bs(x, df=4) * I(z ** 2)'])
    assert.equal(verdict(formula), 'ordinary', formula);
  for (const formula of ["y ~ eval('1')", 'y ~ open(x)', 'y ~ (lambda: 1)()', 'y ~ x.__class__', 'y ~ [a for a in b]', 'y ~ np.load(x)'])
    assert.equal(verdict(formula), 'code', formula);
});

test('says unknown when the state cannot be seen, and nothing of classes that run no text', () => {
  assert.equal(codeInState(normal, { kind: 'opaque', why: 'unknown' }).verdict, 'unknown');
  assert.equal(codeInState(normal, state('_parse_arg_template', { kind: 'opaque', why: 'unknown' })).verdict, 'unknown');
  assert.equal(codeInState(normal, none).verdict, 'ordinary');
  assert.equal(codeInState(normal, sequence('tuple', [sequence('list', []), none])).verdict, 'ordinary');
  assert.equal(codeInState(resolve(catalogTables(), 'sklearn.base', 'X', 4), { kind: 'opaque', why: 'unknown' }).verdict, 'ordinary');
});
