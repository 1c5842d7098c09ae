"""GGUF files (llama.cpp, Ollama): their header read within bounds, then model and tokenizer through transformers' own reader."""
