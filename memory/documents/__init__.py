"""Documents: texts cut into passages that can be found and cited to the character."""

from .document import Document, DocumentIndex, Failure, IngestReport, Progress, Section

__all__ = ["Document", "DocumentIndex", "Failure", "IngestReport", "Progress", "Section"]
