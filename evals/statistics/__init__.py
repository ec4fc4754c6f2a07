"""Statistics that hold up: few items, clusters, repeats, many graders."""

from .comparing import Comparison, Verdict, compare
from .intervals import Interval, cluster_bootstrap, cluster_stderr, mean, stderr
from .proportions import pass_at_k, pass_hat_k, wilson
from .significance import holm, mcnemar_exact, sign_flip

__all__ = [
    "Comparison",
    "Interval",
    "Verdict",
    "cluster_bootstrap",
    "cluster_stderr",
    "compare",
    "holm",
    "mcnemar_exact",
    "mean",
    "pass_at_k",
    "pass_hat_k",
    "sign_flip",
    "stderr",
    "wilson",
]
