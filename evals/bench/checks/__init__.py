"""How well the answer checks find what is wrong, how often they are wrong, and what they cost."""
