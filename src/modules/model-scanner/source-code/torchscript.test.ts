import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, callingPickle } from '../../../../test/corpus/model-scanner/build-bytes.ts';
import { zip } from '../../../../test/corpus/model-scanner/build-zip.ts';
import { allOf, artefactOf, reportOf } from '../../../../test/corpus/model-scanner/read-artefact.ts';
import { withActivations } from './activation.ts';
import { torchScriptFacts } from './torchscript.ts';

const placeAt = (offset: number, length: number) => ({ containerPath: ['code.py'], offset, length });
const facts = (source: string) =>
  torchScriptFacts(source, placeAt).operators.map(({ name, effect, certainty, known }) => [name, effect, certainty, known]);

/** As torch 1.13 prints a module with a loop, a branch and a fork. */
const ordinary = `class Sub(Module):
  __parameters__ = ["weight", ]
  training : bool
  lin : __torch__.torch.nn.modules.linear.Linear
  def forward(self: __torch__.Sub,
    x: Tensor,
    opts: Optional[Dict[str, List[int]]]=None) -> Tuple[Tensor, int]:
    n = 0
    for i in range(3):
      if torch.__isnot__(opts, None):
        opts2 = unchecked_cast(Dict[str, List[int]], opts)
        _0, opts1 = torch.__contains__(opts2, "a"), opts2
      else:
        _0, opts1 = False, opts
      lin = self.lin
      x = torch.mul(torch.relu((lin).forward(x, )), 1.0000000000000001e-05)
    def __forked_function():
      return torch.sin(x)
    fut = fork(__forked_function)
    ops.prim.RaiseException("AssertionError: needs three")
    y = ops.quantized.linear(x, CONSTANTS.c0, 1., 0)
    z = ops.torchvision.nms(x, y, 0.5)
    return (torch.wait(fut), n)
`;

test('an ordinary program calls nothing outside, and is read to its end', () => {
  assert.deepEqual(torchScriptFacts(ordinary, placeAt), { operators: [], cut: false });
});

test('operators that reach files, processes and libraries are named, with their place', () => {
  assert.deepEqual(
    facts(
      'class A(Module):\n  def forward(self: A, x: Tensor) -> Tensor:\n    torch.save(x, x)\n    return torch.from_file("/etc/passwd", False, 10)\n',
    ),
    [
      ['aten::save', 'fs-write', 'possible', true],
      ['aten::from_file', 'fs-read', 'proved', true],
    ],
  );
  assert.deepEqual(facts('y = ops.aten.save(x, "/home/user/.bashrc")'), [['aten::save', 'fs-write', 'proved', true]]);
  assert.deepEqual(facts('y = ^Marker(1)(x)'), [['prim::PythonOp', 'exec', 'possible', true]]);
  assert.deepEqual(facts('y = ops.prim.rpc_sync("worker", f, (x,))'), [['prim::rpc_sync', 'net', 'possible', true]]);
  assert.deepEqual(facts('torch.ops.load_library("/tmp/marker.so")'), [['aten::classes::load_library', 'native-load', 'proved', true]]);
  const [fact] = torchScriptFacts('x = 1\ny = torch.from_file(name)', placeAt).operators;
  assert.deepEqual([fact?.where.offset, fact?.where.length], [10, 15]);
});

test('an operator of a namespace torch does not bring needs code from elsewhere', () => {
  assert.deepEqual(facts('y = ops.acme.fast(x)'), [['acme::fast', 'none', 'proved', false]]);
});

test('names in texts and comments are no calls', () => {
  assert.deepEqual(facts('# torch.save(x)\ny = "torch.save(x)"\nz = torch.save'), []);
});

const program = (code: string, debug: Uint8Array = bytes([0x80, 2], ').')) =>
  zip([
    { name: 'm/data.pkl', data: bytes([0x80, 2], ').') },
    { name: 'm/constants.pkl', data: bytes([0x80, 2], ').') },
    { name: 'm/code/__torch__.py', data: bytes(code) },
    { name: 'm/code/__torch__.py.debug_pkl', data: debug },
    { name: 'm/version', data: bytes('3\n') },
  ]);

test('the program inside an archive is read, its line told, and the pickle of its source ranges judged', () => {
  const artefact = artefactOf(
    program('class A(Module):\n  def forward(self: A) -> Tensor:\n    return torch.from_file("/etc/passwd")\n'),
    'm.pt',
  );
  assert.equal(artefact.format, 'torchscript');
  assert.equal(artefact.operators[0]?.where.line, 3);
  const hidden = artefactOf(program('x = 1\n', callingPickle), 'm.pt');
  assert.ok(allOf(hidden).some(({ globals }) => globals.some(({ name }) => name === 'system')));
  assert.equal(reportOf(program(ordinary), 'm.pt').verdict, 'clean');
});

test('the sources of a torch.package count as imported', () => {
  const archive = zip([
    { name: 'p/.data/extern_modules', data: bytes('os\n') },
    { name: 'p/.data/python_version', data: bytes('3.11.2') },
    { name: 'p/model/model.pkl', data: bytes([0x80, 2], ').') },
    { name: 'p/acme/model.py', data: bytes("import os\nos.system('touch /tmp/marker')\n") },
  ]);
  const [report] = withActivations([reportOf(archive, 'p.pt')]);
  assert.equal(report?.format, 'torch-package');
  assert.equal(report?.verdict, 'malicious');
});
