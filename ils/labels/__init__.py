"""What codes are called. Codes are stored, labels never; a test asks for every code."""

from __future__ import annotations

from ils.labels.desk import DESK
from ils.labels.digitisation import DIGITISATION
from ils.labels.figures import FIGURES
from ils.labels.operations import OPERATIONS
from ils.labels.records import RECORDS

LABELS: dict[str, dict[str, str]] = {**DESK, **RECORDS, **FIGURES, **OPERATIONS, **DIGITISATION}
