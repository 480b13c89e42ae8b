"""Fine-tunes the intent classifier on the shop's reviews.

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
