"""Claims: what a sentence of an answer says, held against the evidence that it cites."""
