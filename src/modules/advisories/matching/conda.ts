/** conda packages as the Python packages they are built from: no advisory names conda, many name what lies inside. */

type Named = { readonly ecosystem: string; readonly name: string; readonly requirement: string | null };

/** Names that differ. @source recipes of conda-forge: the project on PyPI that each of them fetches. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ['pytorch', 'torch'],
  ['pytorch-cpu', 'torch'],
  ['pytorch-gpu', 'torch'],
  ['tensorflow-base', 'tensorflow'],
  ['py-xgboost', 'xgboost'],
  ['matplotlib-base', 'matplotlib'],
  ['dask-core', 'dask'],
  ['ray-core', 'ray'],
  ['ray-default', 'ray'],
  ['ray-serve', 'ray'],
  ['ray-tune', 'ray'],
  ['opencv', 'opencv-python'],
  ['py-opencv', 'opencv-python'],
  ['pytables', 'tables'],
  ['msgpack-python', 'msgpack'],
  ['airflow', 'apache-airflow'],
  ['redis-py', 'redis'],
  ['mlflow-skinny', 'mlflow'],
]);

/** Names that are the same. Others may be libraries of another kind that happen to be called like a Python package. */
const sameNames = new Set(
  `accelerate aiohttp apache-airflow babel bentoml black bleach boto3 bottle catboost celery certifi cloudpickle cryptography dask datasets
dill django dvc ecdsa fastapi flask flax future gensim gradio grpcio gunicorn h11 h5py httpx huggingface-hub idna ipython jax jaxlib jinja2
joblib jupyter-core jupyter-server jupyterlab keras langchain langchain-core lightgbm lightning litellm llama-index lxml mako markdown
matplotlib mlflow nbconvert nbformat nltk notebook numba numpy oauthlib onnx onnxruntime openai pandas paramiko pillow pip prefect psutil
pyarrow pydantic pyjwt pyopenssl python-multipart pytorch-lightning pyyaml pyzmq ray requests rsa safetensors scikit-image scikit-learn scipy
sentence-transformers sentencepiece setuptools skops spacy sqlalchemy sqlparse starlette streamlit tensorboard tensorflow tokenizers torchaudio
torchvision tornado tqdm transformers tritonclient twisted urllib3 uvicorn virtualenv vllm waitress wandb werkzeug wheel xgboost zipp`.split(
    /\s+/,
  ),
);

/**
 * @returns the component as PyPI would name it, when its conda name is one of a known Python package; else the component as it is, for which
 *   no ecosystem of advisories answers. Builds of conda may carry patches of their own: the version is compared as the project released it.
 */
export function asPython<T extends Named>(component: T): T {
  if (component.ecosystem !== 'conda') return component;
  const written = component.name.toLowerCase().replace(/[-_.]+/g, '-');
  const name = otherNames.get(written) ?? (sameNames.has(written) ? written : null);
  if (name === null) return component;
  const requirement = component.requirement === null ? null : asSpecifier(component.requirement);
  return { ...component, ecosystem: 'PyPI', name, requirement };
}

/**
 * @returns the match specification of conda as a specifier of PEP 440: `=1.2` and `1.2.*` are prefixes, a build behind it says nothing about
 *   the version. What has no such form (`1.2|1.4`) comes back as it is, which no rule of PEP 440 reads: then the answer is unknown.
 * @source conda documentation, "Package match specifications".
 */
export function asSpecifier(text: string): string {
  const [version = ''] = text.trim().split(/\s+/, 1);
  const withoutBuild = /^(={0,2}[^=<>!~|,]{1,100})=[^=]{1,100}$/.exec(version)?.[1] ?? version;
  if (withoutBuild.includes('|')) return text;
  return withoutBuild
    .split(',')
    .map((part) => {
      if (/^=[^=]/.test(part)) return `==${part.slice(1).replace(/\.?\*$/, '')}.*`;
      if (/^==/.test(part) || /^[<>!~]/.test(part) || part === '' || part === '*') return part;
      return part.endsWith('*') ? `==${part.replace(/\.?\*$/, '')}.*` : `==${part}`;
    })
    .join(',');
}
