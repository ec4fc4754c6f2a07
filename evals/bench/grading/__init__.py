"""How many recorded runs are graded in a second of CPU time, beside other graders.

Run it as `python -m surefoot.evals.bench.grading --data FOLDER`, where the folder holds AgentDojo's
runs (see `docs/evals.md`). A peer that is not installed is named and left out.
"""

from .graders import PEERS, Peer
from .measure import Rate, measure

__all__ = ["PEERS", "Peer", "Rate", "measure"]
