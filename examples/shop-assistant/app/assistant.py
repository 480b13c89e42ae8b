import os

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
        messages=[{"role": "system", "content": PROMPT}, {"role": "user", "content": f"{passages}\n{question}"}],
        tools=TOOLS,
    )
    return reply.choices[0].message.content or ""


def embed(text: str) -> list[float]:
    return client.embeddings.create(model="text-embedding-3-small", input=text).data[0].embedding
