import pickle
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
