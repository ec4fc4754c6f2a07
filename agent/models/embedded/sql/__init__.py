"""Text to SQL without a language model: links a question's words to the tables there are."""
