"""The code of lm-eval that carries out a task file: rehearsed before a model is loaded, its errors as sentences."""
