"""Prompts: standing instructions for models, each a versioned template in its own file."""

from .template import Prompt, PromptTemplate, assistant_prompt, instructions, template

__all__ = ["Prompt", "PromptTemplate", "assistant_prompt", "instructions", "template"]
