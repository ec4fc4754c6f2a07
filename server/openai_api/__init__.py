"""The OpenAI surface: models, chat completions and responses, as views of runs."""
