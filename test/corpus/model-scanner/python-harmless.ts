/**
 * Ordinary Python of the kinds that lie in model repositories and pipelines, written for the tests. None may raise more than an
 * informational finding; only those marked `acts` may be judged when a configuration has them imported.
 */
export type HarmlessSource = {
  readonly title: string;
  readonly text: string;
  readonly name?: string;
  readonly activated: 'clean' | 'acts';
};

const modelling: readonly (readonly [string, string])[] = [
  [
    'a model class',
    'import torch\nfrom torch import nn\nfrom transformers import PreTrainedModel\nfrom .configuration_acme import AcmeConfig\n\nclass AcmeModel(PreTrainedModel):\n    config_class = AcmeConfig\n    def __init__(self, config):\n        super().__init__(config)\n        self.layers = nn.ModuleList([nn.Linear(config.hidden_size, config.hidden_size) for _ in range(config.num_layers)])\n    def forward(self, x):\n        for layer in self.layers:\n            x = layer(x)\n        return x',
  ],
  [
    'a configuration class',
    "from transformers import PretrainedConfig\n\nclass AcmeConfig(PretrainedConfig):\n    model_type = 'acme'\n    def __init__(self, hidden_size=768, **kwargs):\n        self.hidden_size = hidden_size\n        super().__init__(**kwargs)",
  ],
  [
    'a tokenizer that reads its vocabulary',
    "import json, os\nfrom transformers import PreTrainedTokenizer\n\nclass AcmeTokenizer(PreTrainedTokenizer):\n    def __init__(self, vocab_file, **kwargs):\n        with open(vocab_file, encoding='utf-8') as handle:\n            self.encoder = json.load(handle)\n        super().__init__(**kwargs)\n    def save_vocabulary(self, folder, prefix=None):\n        path = os.path.join(folder, 'vocab.json')\n        with open(path, 'w', encoding='utf-8') as handle:\n            json.dump(self.encoder, handle)\n        return (path,)",
  ],
  ['an optional import', 'try:\n    import flash_attn\n    has_flash = True\nexcept ImportError:\n    has_flash = False'],
  ['import_module of a fixed name', "import importlib\ntorch = importlib.import_module('torch')\nx = torch.zeros(3)"],
  ['getattr with names', "import torch\ndtype = getattr(torch, 'float' + '16')\nact = getattr(torch.nn.functional, 'relu')"],
  [
    'environment variables',
    "import os\nos.environ['TOKENIZERS_PARALLELISM'] = 'false'\nrank = int(os.environ.get('LOCAL_RANK', 0))\nos.makedirs('./cache', exist_ok=True)",
  ],
  [
    'decoded kernels',
    "import base64, bz2\ncode = 'QlpoOTFBWSZTWU9yu8oAAAEXgAAAAABAACAAIABhGaCBsGLuSKcKEgnuV3lA'\nkernels = bz2.decompress(base64.b64decode(code))",
  ],
  [
    'an image in base64',
    'import base64, io\nfrom PIL import Image\n\ndef load(data):\n    return Image.open(io.BytesIO(base64.b64decode(data)))',
  ],
  [
    'images fetched by a processor',
    'import requests\nfrom PIL import Image\nfrom io import BytesIO\n\nclass Processor:\n    def __call__(self, url):\n        return Image.open(BytesIO(requests.get(url, timeout=10).content))',
  ],
  [
    'audio read with ffmpeg',
    "import subprocess, numpy as np\n\ndef load_audio(path, rate):\n    cmd = ['ffmpeg', '-nostdin', '-i', path, '-f', 's16le', '-ar', str(rate), '-']\n    out = subprocess.run(cmd, capture_output=True, check=True).stdout\n    return np.frombuffer(out, np.int16)",
  ],
  [
    'audio read in a constructor',
    "import subprocess\n\nclass Reader:\n    def __init__(self, path):\n        self.raw = subprocess.check_output(['ffprobe', '-v', 'error', path])",
  ],
  ['a method named eval', 'import torch\nmodel = torch.nn.Linear(1, 1)\nmodel.eval()\nmodel.exec = None'],
  [
    'a registry of subclasses',
    'class Base:\n    def __init_subclass__(cls, **kwargs):\n        registry[cls.__name__] = cls\nregistry = {}\nclass A(Base): pass\nnames = [c.__name__ for c in Base.__subclasses__()]',
  ],
  [
    'functions that are handed on',
    "import subprocess, json, re, collections, dataclasses, sys, logging.config, yaml, string, webbrowser, builtins, torch\nfrom unittest.mock import patch\nx = isinstance(1, subprocess.Popen)\nd = json.loads('{}', object_hook=lambda x: x)\nt = re.sub('a', lambda m: m.group(0).upper(), 'abc')\nc = collections.defaultdict(lambda: 0)\n@dataclasses.dataclass\nclass A:\n    x: list = dataclasses.field(default_factory=list)\n_old = torch.load\ndef load(*a, **k):\n    return _old(*a, **k)\ntorch.load = load\nsys.excepthook = lambda t, v, tb: print(v)\nlogging.config.dictConfig({'version': 1, 'formatters': {'a': {'()': 'uvicorn.logging.DefaultFormatter'}}})\ncfg = yaml.load('a: 1', Loader=yaml.FullLoader)\nstring.Formatter().format('{0.name}', 1)\nwebbrowser.get('firefox')\nbuiltins.print = lambda *a, **k: None",
  ],
  [
    'operators and finders of its own',
    'import importlib.abc, sys, torch\nclass V:\n    def __add__(self, o): return V()\n    def __contains__(self, x): return True\n    def __bool__(self): return True\nV() + V()\nclass F(importlib.abc.MetaPathFinder):\n    def find_spec(self, n, p, t=None):\n        return None\nsys.meta_path.insert(0, F())\nclass M(torch.nn.Module):\n    def __init__(self, x):\n        torch.nn.Module.__init__(self)',
  ],
  [
    'a look for tensors that were left behind',
    "import gc, torch\n\ndef report():\n    for obj in gc.get_objects():\n        if torch.is_tensor(obj) or (hasattr(obj, 'data') and torch.is_tensor(obj.data)):\n            print(type(obj), obj.size())\n            obj.detach()\n    sizes = [o.numel() for o in gc.get_objects() if isinstance(o, torch.Tensor)]\n    gc.collect()\nreport()",
  ],
  [
    'the caller of a function',
    "import sys, inspect\nname = sys._getframe(1).f_globals.get('__name__', '__main__')\nline = inspect.currentframe().f_back.f_lineno\nwhere = inspect.stack()[1].function\nlocals_of = dict(inspect.stack()[0].frame.f_locals.items())\nfor key, value in sys._getframe().f_locals.items():\n    print(key, value)",
  ],
  [
    'names of modules',
    "import sys, builtins, torch.nn as nn, inspect\nlayers = {n: getattr(nn, n) for n in dir(nn) if n[0].isupper()}\nfor name, cls in inspect.getmembers(nn, inspect.isclass):\n    cls.__name__\nact = layers['ReLU']()\nfor name in list(sys.modules):\n    if name.startswith('acme'):\n        del sys.modules[name]\nfor name, module in list(sys.modules.items()):\n    if hasattr(module, '__file__'):\n        print(name, module.__file__, module.reset())\ncast = getattr(builtins, 'int')\nif 'profile' not in dir(builtins):\n    builtins.profile = lambda f: f\nfor sub in nn.Module.__subclasses__():\n    print(sub.__name__)",
  ],
  [
    'class introspection',
    'class A:\n    def name(self):\n        return self.__class__.__name__\n    def copy(self):\n        return self.__class__(**self.__dict__)',
  ],
  [
    'vars and globals',
    'import argparse\nargs = argparse.Namespace(a=1)\nfor key, value in vars(args).items():\n    globals()[key] = value',
  ],
  [
    'a lazy module',
    "import importlib, sys\n\ndef __getattr__(name):\n    if name == 'heavy':\n        return importlib.import_module('.heavy', __name__)\n    raise AttributeError(name)",
  ],
  [
    'logging',
    "import logging, logging.config\nlogger = logging.getLogger(__name__)\nlogging.basicConfig(level='INFO')\nlogger.info('exec(os.system) is only text')",
  ],
  [
    'dangerous words in text',
    "HELP = '''Never run exec(base64.b64decode(x)) or os.system('rm -rf /').'''\nPATTERN = r'subprocess\\.Popen|eval\\('\n# os.system('rm -rf /')",
  ],
  ['a docstring with code', 'def f():\n    """Example::\n\n        >>> import os; os.system(\'rm -rf /\')\n    """\n    return 1'],
  ['regular expressions', "import re\npattern = re.compile(r'(a|b)*')\nre.sub('x', lambda m: chr(ord(m.group(0)) + 1), 'abc')"],
  [
    'joined paths',
    "import os\nfolder = os.path.join(os.path.dirname(__file__), 'data')\nname = '-'.join(['a', 'b', 'c'])\nlabel = '%s/%s' % ('a', 'b')",
  ],
  ['bytes to units', "SIZES = ''.join(chr(c) for c in range(65, 91))\nvocab = {chr(i): i for i in range(256)}"],
  [
    'GPT-2 byte letters',
    'def bytes_to_unicode():\n    bs = list(range(33, 127)) + list(range(161, 173))\n    cs = bs[:]\n    n = 0\n    for b in range(256):\n        if b not in bs:\n            bs.append(b)\n            cs.append(256 + n)\n            n += 1\n    return dict(zip(bs, [chr(n) for n in cs]))',
  ],
  [
    'named tuples and dataclasses',
    "from collections import namedtuple\nfrom dataclasses import dataclass, field\nPoint = namedtuple('Point', 'x y')\n@dataclass\nclass Options:\n    names: list = field(default_factory=list)",
  ],
  [
    'numpy and pandas',
    "import numpy as np, pandas as pd\nframe = pd.read_csv('train.csv')\nframe.eval('a + b')\nnp.load('x.npy')\nnp.save('y.npy', np.zeros(3))",
  ],
  [
    'threads for loading',
    'import threading\n\ndef work(queue):\n    queue.put(1)\nthread = threading.Thread(target=work, args=(None,))\nthread.start()',
  ],
  [
    'a compiled model',
    "import torch\nmodel = torch.compile(torch.nn.Linear(1, 1))\nscripted = torch.jit.script(model)\ncode = compile('1 + 1', '<string>', 'eval')\nvalue = eval(code)",
  ],
  ['eval of arithmetic', "value = eval('2 ** 10')\nnames = {'a': 1}\nexec('b = a + 1', names)"],
  [
    'a version file',
    "import os\nhere = os.path.dirname(__file__)\nabout = {}\nwith open(os.path.join(here, 'version.py')) as handle:\n    exec(handle.read(), about)",
  ],
  ['deprecation by warnings', "import warnings\nwarnings.filterwarnings('ignore')\nwarnings.warn('old', DeprecationWarning)"],
  [
    'a decorator with state',
    'import functools\n\ndef cached(function):\n    @functools.wraps(function)\n    def inner(*args, **kwargs):\n        return function(*args, **kwargs)\n    return inner\n\n@cached\ndef work(x):\n    return x',
  ],
  ['reversed lists', "order = [1, 2, 3][::-1]\ntext = 'abc'[::-1]\nprint(text, list(reversed(order)))"],
  ['a digest', "import hashlib, hmac, binascii\nd = hashlib.sha256(b'abc').hexdigest()\nraw = binascii.unhexlify('deadbeef')"],
  [
    'types and generics',
    "from typing import Generic, TypeVar\nT = TypeVar('T')\nclass Box[U](Generic[T]):\n    def get[V](self, x: 'V') -> V:\n        return x\ntype Alias = list[int]",
  ],
  [
    'matching',
    "def kind(value):\n    match value:\n        case {'type': 'image', 'url': url}:\n            return url\n        case [a, *rest] if rest:\n            return a\n        case str() | None:\n            return None\nmatch = 3\nprint(match)",
  ],
];

const pipelines: readonly (readonly [string, string])[] = [
  [
    'a training script',
    "import argparse, os, subprocess\nimport torch\n\ndef main():\n    parser = argparse.ArgumentParser()\n    parser.add_argument('--epochs', type=int, default=3)\n    args = parser.parse_args()\n    commit = subprocess.check_output(['git', 'rev-parse', 'HEAD']).decode().strip()\n    os.system('mkdir -p runs')\n    torch.save({}, os.path.join('runs', commit + '.pt'))\n\nif __name__ == '__main__':\n    main()",
  ],
  ['a script that shows the GPU', "import subprocess\nprint(subprocess.run(['nvidia-smi'], capture_output=True, text=True).stdout)"],
  [
    'git facts at import',
    "import subprocess\ntry:\n    version = subprocess.check_output('git describe --tags', shell=True, text=True)\nexcept Exception:\n    version = 'unknown'",
  ],
  [
    'a download function',
    'import os, urllib.request\n\ndef download(url, path):\n    if not os.path.exists(path):\n        urllib.request.urlretrieve(url, path)\n    return path',
  ],
  [
    'an API client with a key',
    "import os, requests\n\nclass Client:\n    def __init__(self):\n        self.key = os.environ['ACME_API_KEY']\n    def ask(self, prompt):\n        headers = {'Authorization': f'Bearer {self.key}'}\n        return requests.post('https://api.example/v1/chat', headers=headers, json={'prompt': prompt}).json()",
  ],
  [
    'a client that evaluates nothing',
    "import json, httpx\n\ndef ask(url):\n    answer = httpx.get(url)\n    return json.loads(answer.text)['value']",
  ],
  [
    'tests with requests',
    "import requests, pytest\n\ndef test_health():\n    assert requests.get('http://localhost:8000/health').status_code == 200\n\n@pytest.fixture\ndef server():\n    import subprocess\n    process = subprocess.Popen(['python', '-m', 'acme.server'])\n    yield process\n    process.kill()",
  ],
  [
    'a test of dangerous names',
    "import os\nfrom unittest import mock\n\ndef test_blocks():\n    with mock.patch('os.system') as system:\n        os.system('id')\n        system.assert_called_once()",
  ],
  [
    'Airflow',
    "from airflow import DAG\nfrom airflow.operators.bash import BashOperator\nwith DAG('train') as dag:\n    BashOperator(task_id='train', bash_command='python train.py')",
  ],
  [
    'a server',
    "from fastapi import FastAPI\nimport uvicorn\napp = FastAPI()\n\n@app.get('/')\ndef root():\n    return {'ok': True}\n\nif __name__ == '__main__':\n    uvicorn.run(app, host='0.0.0.0')",
  ],
  [
    'a server of sockets',
    "import socket\n\ndef serve(port):\n    with socket.socket() as server:\n        server.bind(('127.0.0.1', port))\n        server.listen()\n        connection, _ = server.accept()\n        return connection.recv(1024)",
  ],
  [
    'host name for logs',
    "import socket, platform, getpass\nrun = f'{getpass.getuser()}@{socket.gethostname()}-{platform.machine()}'\nprint(run)",
  ],
  [
    'the environment for a child',
    "import os, subprocess\n\ndef start(command):\n    env = {**os.environ, 'PYTHONPATH': '.'}\n    return subprocess.run(command, env=env, check=True)",
  ],
  [
    'cleaning its own folder',
    "import shutil, tempfile\nfolder = tempfile.mkdtemp()\nshutil.rmtree(folder)\nshutil.rmtree('./build', ignore_errors=True)",
  ],
  ['a list of decoded labels', "import base64\nlabels = [base64.b64decode(x).decode() for x in ['YQ==', 'Yg==']]"],
  [
    'a spinner in a thread',
    'import threading, time\n\nclass Spinner(threading.Thread):\n    def run(self):\n        while True:\n            time.sleep(1)',
  ],
  ['asyncio', "import asyncio\n\nasync def main():\n    await asyncio.sleep(1)\n\nif __name__ == '__main__':\n    asyncio.run(main())"],
  [
    'multiprocessing',
    "from multiprocessing import Pool\n\ndef square(x):\n    return x * x\n\nif __name__ == '__main__':\n    with Pool(4) as pool:\n        print(pool.map(square, range(10)))",
  ],
  ['a notebook helper', "from IPython.display import display, HTML\ndisplay(HTML('<b>done</b>'))"],
  [
    'safe loading',
    "import torch, yaml\nstate = torch.load('x.pt', weights_only=True)\nwith open('c.yaml') as handle:\n    config = yaml.safe_load(handle)\nother = yaml.load('a: 1', Loader=yaml.SafeLoader)",
  ],
  [
    'hydra',
    "import hydra\nfrom omegaconf import DictConfig\n\n@hydra.main(config_path='conf', config_name='train')\ndef main(cfg: DictConfig):\n    model = hydra.utils.instantiate(cfg.model)\n\nif __name__ == '__main__':\n    main()",
  ],
  [
    'a benchmark',
    "import timeit, time\nstart = time.perf_counter()\nprint(timeit.timeit('sum(range(10))', number=10), time.perf_counter() - start)",
  ],
  [
    'a progress bar of a download',
    "import requests\nfrom tqdm import tqdm\n\ndef fetch(url, path):\n    with requests.get(url, stream=True) as answer, open(path, 'wb') as handle:\n        for block in tqdm(answer.iter_content(8192)):\n            handle.write(block)",
  ],
  [
    'a pinned download',
    "from huggingface_hub import hf_hub_download\npath = hf_hub_download('acme/model', 'x.bin', revision='0123456789abcdef0123456789abcdef01234567')",
  ],
  [
    'a command line of its own',
    "import subprocess, sys\n\ndef compile_kernels():\n    subprocess.check_call([sys.executable, 'setup.py', 'build_ext'])",
  ],
  [
    'Windows paths',
    "import ctypes\n\ndef short(path):\n    windll = getattr(ctypes, 'windll')\n    return windll.kernel32.GetShortPathNameW(path)",
  ],
  ['a native math library', "import ctypes, ctypes.util\n\ndef libm():\n    return ctypes.CDLL(ctypes.util.find_library('m'))"],
];

const setups: readonly HarmlessSource[] = [
  {
    title: 'a plain setup',
    name: 'setup.py',
    text: "from setuptools import setup, find_packages\nwith open('README.md') as handle:\n    readme = handle.read()\nsetup(name='acme', packages=find_packages(), long_description=readme)",
    activated: 'clean',
  },
  {
    title: 'a setup that builds extensions',
    name: 'setup.py',
    text: "import subprocess\nfrom setuptools import setup, Extension\nfrom setuptools.command.build_ext import build_ext\n\nclass CMakeBuild(build_ext):\n    def run(self):\n        subprocess.check_call(['cmake', '--build', '.'])\n\nsetup(name='acme', ext_modules=[Extension('acme', [])], cmdclass={'build_ext': CMakeBuild})",
    activated: 'clean',
  },
  {
    title: 'a setup that asks git',
    name: 'setup.py',
    text: "import subprocess\nfrom setuptools import setup\ntag = subprocess.check_output(['git', 'describe', '--tags']).decode()\nsetup(name='acme', version=tag)",
    activated: 'clean',
  },
  { title: 'a start file with a path', name: 'acme.pth', text: '/opt/acme/lib\nimport acme_hook\n', activated: 'clean' },
  {
    title: 'timing, copies and decorators as programs have them',
    name: 'train.py',
    text: "import copy, functools, pickle, timeit\nimport torch\nclass Net:\n    def __reduce__(self):\n        return Net, ()\nother = copy.deepcopy(Net())\nagain = pickle.loads(pickle.dumps(other))\nprint(timeit.timeit('x + 1', setup='x = 1', number=10), timeit.timeit(lambda: copy.copy(other)))\n@torch.no_grad()\n@functools.lru_cache\ndef f(x): return x\n",
    activated: 'clean',
  },
  { title: 'Latin-1', name: 'old.py', text: "# -*- coding: latin-1 -*-\nname = 'caf\u00e9'\n", activated: 'clean' },
  { title: 'names in other scripts', name: 'names.py', text: "größe = 3\n变量 = 'x'\nprint(größe, 变量)\n", activated: 'clean' },
];

const all = (rows: readonly (readonly [string, string])[], activated: HarmlessSource['activated']): HarmlessSource[] =>
  rows.map(([title, text]) => ({ title, text, activated }));

export const harmlessSources: readonly HarmlessSource[] = [...all(modelling, 'clean'), ...all(pipelines, 'clean'), ...setups];
