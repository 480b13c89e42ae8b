/** The text of the example project: a small shop's assistant, as teams write such things. Companies, people and keys are invented. */

const trainIntent = `"""Fine-tunes the intent classifier on the shop's reviews.

Not a use of gpt-4 or any other hosted model: the words here only document.
"""
import torch
from datasets import load_dataset
from transformers import AutoModelForSequenceClassification, AutoTokenizer, Trainer, TrainingArguments

BASE_MODEL = "distilbert/distilbert-base-uncased"


def main() -> None:
    reviews = load_dataset("csv", data_files={"train": "data/reviews/train.csv", "test": "data/reviews/test.csv"})
    tokenizer = AutoTokenizer.from_pretrained(BASE_MODEL)
    model = AutoModelForSequenceClassification.from_pretrained(BASE_MODEL, num_labels=3)
    encoded = reviews.map(lambda row: tokenizer(row["text"], truncation=True), batched=True)
    arguments = TrainingArguments(output_dir="models/checkpoints", num_train_epochs=1)
    trainer = Trainer(model=model, args=arguments, train_dataset=encoded["train"], eval_dataset=encoded["test"])
    trainer.train()
    torch.save({"epoch": 1, "model_state_dict": model.state_dict()}, "models/checkpoints/intent-epoch1.pt")
    model.save_pretrained("models/intent-encoder")


if __name__ == "__main__":
    main()
`;

const trainChurn = `import pickle

import pandas as pd
from sklearn.linear_model import LogisticRegression

customers = pd.read_csv("data/customers.csv")
features = customers.drop(columns=["customer_id", "churned"])
model = LogisticRegression(C=1.5, max_iter=200)
model.fit(features, customers["churned"])

with open("models/churn/model.pkl", "wb") as target:
    pickle.dump(model, target)
`;

const serve = `import pickle
import os

from fastapi import FastAPI
import onnxruntime

app = FastAPI(title="Shop scores")

# pickle.load runs whatever the file says: the platform scans it before this line does.
with open("models/churn/model.pkl", "rb") as source:
    churn = pickle.load(source)
sentiment = onnxruntime.InferenceSession("models/sentiment.onnx")
SHOP = os.environ.get("SHOP_NAME", "shop")


@app.post("/v1/churn")
def score(features: list[float]) -> dict:
    return {"shop": SHOP, "churn": float(churn.predict_proba([features])[0][1])}
`;

const assistant = `import os

from openai import OpenAI
from qdrant_client import QdrantClient

# An older version used model="gpt-3.5-turbo"; that line is a comment now and calls nothing.
client = OpenAI(api_key=os.environ["OPENAI_API_KEY"])
memory = QdrantClient(url="http://vectors:6333")
PROMPT = open("prompts/system.md", encoding="utf-8").read()

TOOLS = [
    {"type": "function", "function": {"name": "find_order", "parameters": {"type": "object", "properties": {"order": {"type": "string"}}}}},
    {"type": "function", "function": {"name": "refund", "parameters": {"type": "object", "properties": {"order": {"type": "string"}}}}},
]


def answer(question: str) -> str:
    passages = memory.query_points("products", query=embed(question), limit=4)
    reply = client.chat.completions.create(
        model="gpt-4o-mini",
        messages=[{"role": "system", "content": PROMPT}, {"role": "user", "content": f"{passages}\\n{question}"}],
        tools=TOOLS,
    )
    return reply.choices[0].message.content or ""


def embed(text: str) -> list[float]:
    return client.embeddings.create(model="text-embedding-3-small", input=text).data[0].embedding
`;

const chat = `import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic();

export async function summarise(review: string): Promise<string> {
  const answer = await client.messages.create({
    model: 'claude-3-5-haiku-latest',
    max_tokens: 300,
    messages: [{ role: 'user', content: review }],
  });
  const [first] = answer.content;
  return first?.type === 'text' ? first.text : '';
}
`;

const tool = `from mcp.server.fastmcp import FastMCP

server = FastMCP("orders")


@server.tool()
def find_order(order: str) -> dict:
    """Look an order up by its number."""
    return {"order": order, "state": "unknown"}


if __name__ == "__main__":
    server.run()
`;

const notebookCells = [
  ['markdown', '# Churn: a first look\n\nWe compared with GPT-4 once; this notebook does not call it.'],
  ['code', 'import pandas as pd\nimport xgboost as xgb\nfrom sklearn.model_selection import train_test_split'],
  ['code', '%matplotlib inline\ncustomers = pd.read_csv("../data/customers.csv")\ncustomers.describe()'],
  [
    'code',
    'train, test = train_test_split(customers, random_state=7)\nmodel = xgb.XGBClassifier(n_estimators=20)\nmodel.fit(train.drop(columns=["customer_id", "churned"]), train["churned"])',
  ],
] as const;

function notebook(): string {
  const cells = notebookCells.map(([kind, source], index) => ({
    cell_type: kind,
    id: `cell-${index}`,
    metadata: {},
    source: source.split('\n').map((line, at, all) => (at < all.length - 1 ? `${line}\n` : line)),
    ...(kind === 'code' ? { execution_count: index, outputs: [] } : {}),
  }));
  const document = {
    cells,
    metadata: { kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' } },
    nbformat: 4,
    nbformat_minor: 5,
  };
  return `${JSON.stringify(document, null, 1)}\n`;
}

const readme = `# Shop assistant

An invented project to try the platform on: a churn score, a sentiment model, a model that decides which orders are looked at, and an assistant that answers customers.

| where | what |
|---|---|
| \`training/\`, \`notebooks/\` | how the models are made |
| \`models/\` | what came out: pickle, torch checkpoint, ONNX, safetensors, GGUF, Keras |
| \`models/vendor/\` | two files "from a supplier" that would run a command when loaded; the command only prints a line |
| \`app/\`, \`web/\`, \`tools/\` | what uses them: an endpoint, an agent, an MCP server |
| \`data/\` | what they learn from |

Every file is written by \`scripts/examples/make.ts\`. Keys in \`.env\` are made up, and most weights are arithmetic. One model was trained, by that script on \`data/orders/train.csv\`: \`models/order-review.onnx\`, sixteen made-up measures of an order to send, review or refuse. docs/guides/threat-day.md of the platform attacks it.
`;

const systemPrompt = `You are the assistant of a small shop. Answer in two sentences.

Never promise a refund above {limit} euros; ask a person instead.
The customer's name is {{customer}}.
`;

const refundPrompt = `---
name: Refund decision
description: Decides whether a refund may be offered
model:
  api: chat
  configuration:
    type: openai
    model: gpt-4o-mini
---
system:
You decide whether a refund may be offered. Answer yes or no, then why.

user:
{{order}}
`;

const agents = `# Working on this project

- Run \`pytest\` before you finish.
- Models live in \`models/\`; never commit a new binary without asking.
- Order numbers come from the \`orders\` MCP server.
`;

const mcp = {
  mcpServers: {
    orders: { command: 'python', args: ['tools/orders_server.py'], env: { ORDERS_TOKEN: 'set-me' } },
    files: { command: 'npx', args: ['-y', '@modelcontextprotocol/server-filesystem', './data'] },
    docs: { type: 'http', url: 'https://docs.shop.example/mcp?tenant=demo', headers: { Authorization: 'Bearer set-me' } },
  },
};

const packageJson = {
  name: 'shop-assistant-web',
  version: '1.0.0',
  private: true,
  type: 'module',
  dependencies: { '@anthropic-ai/sdk': '0.39.0', react: '^19.0.0' },
};

const requirements = `# Serving and training in one file, as it grew.
torch==2.3.1
transformers>=4.40,<5
datasets==2.19.0
scikit-learn==1.5.1
xgboost
onnxruntime==1.18.0
openai==1.35.0
qdrant-client==1.9.1
mcp==1.2.0
fastapi==0.111.0
pandas==2.2.2
`;

const dockerfile = `FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
ENV SHOP_NAME=demo
EXPOSE 8080
CMD ["uvicorn", "app.serve:app", "--host", "0.0.0.0", "--port", "8080"]
`;

const compose = `services:
  scores:
    build: .
    ports: ["8080:8080"]
  vectors:
    image: qdrant/qdrant:v1.9.2
    ports: ["6333:6333"]
  llm:
    image: vllm/vllm-openai:latest
    command: ["--model", "mistralai/Mistral-7B-Instruct-v0.3", "--port", "8000"]
    environment:
      HUGGING_FACE_HUB_TOKEN: ""
`;

/** Shaped like keys, and none: the first two are the ones AWS prints in its manual, the third says what it is. */
const environment = `# Made up for the example. Real keys never belong into a repository.
SHOP_NAME=demo
OPENAI_API_KEY=set-me
ASSISTANT_MODEL=gpt-4o-mini
AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE
AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
HF_TOKEN=hf_NotARealToken4ShopAssistantExample
`;

const reviewsCard = `---
license: cc-by-4.0
task_categories:
  - text-classification
language:
  - en
size_categories:
  - n<1K
pretty_name: Shop reviews
---

# Shop reviews

Invented reviews with an intent: praise, complaint or question.
`;

const intentCard = `---
license: apache-2.0
library_name: transformers
pipeline_tag: text-classification
base_model: distilbert/distilbert-base-uncased
---

# Intent encoder

Tells praise, complaint and question apart. Trained by \`training/train_intent.py\`.
`;

const intentConfig = {
  architectures: ['DistilBertForSequenceClassification'],
  model_type: 'distilbert',
  dim: 32,
  n_heads: 2,
  n_layers: 1,
  num_labels: 3,
  vocab_size: 64,
  torch_dtype: 'float32',
  transformers_version: '4.41.2',
};

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

/** path → text. */
export const projectTexts: ReadonlyMap<string, string> = new Map([
  ['README.md', readme],
  ['AGENTS.md', agents],
  ['.mcp.json', json(mcp)],
  ['.env', environment],
  ['requirements.txt', requirements],
  ['package.json', json(packageJson)],
  ['Dockerfile', dockerfile],
  ['compose.yaml', compose],
  ['prompts/system.md', systemPrompt],
  ['prompts/refund.prompty', refundPrompt],
  ['training/train_intent.py', trainIntent],
  ['training/train_churn.py', trainChurn],
  ['notebooks/churn.ipynb', notebook()],
  ['app/serve.py', serve],
  ['app/assistant.py', assistant],
  ['tools/orders_server.py', tool],
  ['web/chat.ts', chat],
  ['data/reviews/README.md', reviewsCard],
  ['models/intent-encoder/README.md', intentCard],
  ['models/intent-encoder/config.json', json(intentConfig)],
]);
