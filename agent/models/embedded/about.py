"""About: what the planner says of itself, and of what it cannot do."""

from __future__ import annotations

import re

_CONFIGURE = (
    "To use a language model, set OPENAI_API_KEY or ANTHROPIC_API_KEY, or"
    " SUREFOOT_MODEL=provider:model."
)
WHO = (
    "I am Surefoot's embedded planner, not a language model. I plan with rules: I search your "
    "documents, query your tables, calculate, and remember what you tell me. " + _CONFIGURE
)
NO_WRITING = (
    "I cannot answer that from the documents and tables here. I am not a language model, so I "
    "have no general knowledge and write no texts. " + _CONFIGURE
)
HELLO = (
    "Hello. Ask me about your documents or tables, or give me something to calculate or"
    " to remember."
)
THANKS = "You are welcome."
BYE = "Goodbye."
EMPTY = "Please ask a question."

_RULES = (
    (
        HELLO,
        r"^\W*(?:hi|hello|hey|yo|good (?:morning|evening|afternoon|day)"
        r"|greetings)\b[\w\s,]{0,30}\W*$",
    ),
    (
        THANKS,
        r"^\W*(?:thanks?|thank you|thx|cheers|great|nice|perfect|awesome|cool|ok(?:ay)?|got"
        r" it|well done|good job)\b[^?]{0,40}$",
    ),
    (BYE, r"^\W*(?:bye|goodbye|see you|good night)\b[^?]{0,30}$"),
    (
        WHO,
        r"\b(?:who|what) (?:exactly )?are you\b|\bare you (?:an? )?(?:human|robot|bot|real"
        r"|person|ai|llm|gpt|language model|chatbot)\b"
        r"|\bwhat (?:can|could|do) you do\b|\bcapable of\b|\byour name\b|\bwhat model\b"
        r"|\bwhich (?:language )?model\b|\bhow do you work\b|^\W*help\W*$",
    ),
    (
        NO_WRITING,
        r"\b(?:tell|know|sing|write|compose|draft|generate|invent|give)\b[^?.]{0,25}\b(?:joke|poem|haiku|song|story|essay|limerick|email|letter|recipe|speech|tweet|blog|article|slogan)\b"
        r"|^\W*(?:translate|paraphrase|rewrite|proofread|brainstorm|imagine|pretend|role-?play)\b"
        r"|^\W*(?:write|draft|compose)\b"
        r"|\bhow (?:are you|is it going)\b|\bmeaning of life\b|\bwhat do you think\b|\byour"
        r" (?:opinion|favou?rite)\b",
    ),
)


def small_talk(text: str) -> str | None:
    """Return the reply to a greeting, thanks or a question about the planner itself."""
    return next((reply for reply, rule in _RULES if re.search(rule, text, re.IGNORECASE)), None)
