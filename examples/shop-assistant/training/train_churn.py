import pickle

import pandas as pd
from sklearn.linear_model import LogisticRegression

customers = pd.read_csv("data/customers.csv")
features = customers.drop(columns=["customer_id", "churned"])
model = LogisticRegression(C=1.5, max_iter=200)
model.fit(features, customers["churned"])

with open("models/churn/model.pkl", "wb") as target:
    pickle.dump(model, target)
