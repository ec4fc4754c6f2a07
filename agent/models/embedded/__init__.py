"""The embedded planner: a chat model that needs no key and says that it is not a language model."""
