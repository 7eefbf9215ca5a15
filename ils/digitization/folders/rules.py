"""What a form asks of a folder. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ils.errors import N_
from ils.fields import FieldKind, described


@dataclass(frozen=True)
class FolderData:
    """What a folder is called, and who sees it."""

    name_ru: str = described(N_("Name in Russian"), longest=200)
    name_kk: str = described(N_("Name in Kazakh"), longest=200)
    public: bool = described(N_("Readers see it"), FieldKind.FLAG, default=False)
