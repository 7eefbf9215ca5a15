"""Forms of pages: a dataclass of described fields, read by WTForms. The one importer of it.

All that is wrong is said at once, by field; nothing typed is lost. A page shows a form by the
macro of that name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Generic, TypeVar

import wtforms
from flask import flash, make_response, request
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session
from wtforms import validators

from ils.errors import N_, Doubtful, IlsError, Invalid
from ils.fields import FieldInfo, FieldKind, infos
from ils.labels import LABELS
from ils.web import i18n
from ils.web.forms import parsed_day
from ils.web.system import current

Data = TypeVar("Data")
Choices = Sequence[tuple[str, str]]
REQUIRED = N_("This must be filled in.")
NOT_LISTED = N_("Choose one from the list.")
NO_NUMBER = N_("It must be a whole number within its bounds.")


class FormWrong(Invalid):
    """Fields of a form are wrong; each says why."""

    code = "form_wrong"
    message = N_("Please check the marked fields.")


class _Day(wtforms.StringField):  # type: ignore[misc]  # it has no types
    """A day as people write it; shown again as it was typed."""

    def __init__(self, *args: Any, past: bool = False, **options: Any) -> None:
        """Keep whether it is over."""
        super().__init__(*args, **options)
        self.past = past

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read the text."""
        text = str(valuelist[0]).strip() if valuelist else ""
        self.data: Any = None
        if text:
            try:
                self.data = parsed_day(text, "", past=self.past)
            except Invalid as error:
                raise ValueError(error.facts["reason"]) from error


class _Whole(wtforms.StringField):  # type: ignore[misc]  # it has no types
    """A whole number, or nothing."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read the text."""
        text = str(valuelist[0]).strip() if valuelist else ""
        self.data: Any = None
        if text:
            if not (text.isascii() and text.isdigit() and len(text) <= 9):
                raise ValueError(NO_NUMBER)
            self.data = int(text)


class _Many(wtforms.Field):  # type: ignore[misc]  # it has no types
    """Several codes of a list."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read all that was ticked."""
        self.data: Any = list(valuelist)


def _one_listed(form: wtforms.Form, field: Any) -> None:
    del form
    chosen = field.data if isinstance(field.data, list) else [field.data or ""]
    if not set(chosen) <= {code for code, _ in field.codes}:
        raise validators.ValidationError(NOT_LISTED)


def _tidy(text: object) -> object:
    return " ".join(text.split()) if isinstance(text, str) else text


def _made(info: FieldInfo) -> Any:
    """The WTForms field of a described one."""
    checks: list[Any] = [validators.Optional()]
    if info.required:
        checks = [validators.InputRequired(REQUIRED)]
    length = validators.Length(max=info.longest, message=N_("It is too long."))
    bounds = validators.NumberRange(info.least, info.most, NO_NUMBER)
    kinds: dict[FieldKind, tuple[Any, dict[str, Any]]] = {
        FieldKind.DAY: (_Day, {"validators": checks, "past": info.past}),
        FieldKind.WHOLE: (_Whole, {"validators": [*checks, bounds]}),
        FieldKind.CHOICE: (wtforms.StringField, {"validators": [_one_listed]}),
        FieldKind.MANY: (_Many, {"validators": [_one_listed]}),
        FieldKind.FLAG: (wtforms.BooleanField, {}),
        FieldKind.FILE: (wtforms.FileField, {}),
        FieldKind.PASSWORD: (wtforms.PasswordField, {"validators": checks}),
        FieldKind.LONG: (wtforms.TextAreaField, {"validators": [*checks, length]}),
    }
    text = (wtforms.StringField, {"validators": [*checks, length], "filters": [_tidy]})
    kind, about = kinds.get(info.kind, text)
    return kind(label=info.label, default=info.default, **about)


@dataclass(frozen=True)
class ShownField:
    """A field as the macro shows it."""

    info: FieldInfo
    id: str
    value: Any
    codes: Choices
    errors: Sequence[str]


class Form(Generic[Data]):
    """A form of a page: its fields, what was typed, what is wrong."""

    def __init__(
        self,
        data: type[Data],
        values: Mapping[str, Any] | None = None,
        *,
        choices: Mapping[str, Choices] | None = None,
        without: Sequence[str] = (),
        name: str = "f",
    ) -> None:
        """A form with values, or with what was sent.

        Args:
            choices: codes and names of choices that only the page knows; of a text, what is
                suggested while it is typed.
            without: fields this page leaves at their default.
            name: tells its ids from those of other forms of the page.
        """
        self.data, self.name, self.problem = data, name, ""
        self.error: IlsError | None = None
        self.infos = [info for info in infos(data) if info.name not in without]
        self.choices = {
            info.name: _codes(info, (choices or {}).get(info.name)) for info in self.infos
        }
        made = {info.name: _made(info) for info in self.infos}
        form_type = type("PageForm", (wtforms.Form,), made)
        sent = request.form if values is None else None
        self.fields: Any = form_type(sent, data=dict(values or {}))
        for info in self.infos:
            self.fields[info.name].codes = self.choices[info.name]
        self.sent = sent is not None

    def value(self) -> Data:
        """What was sent.

        Raises:
            FormWrong: a field is wrong; all that are say so.
        """
        if not self.fields.validate():
            raise FormWrong
        known = {one.name for one in fields(self.data)}  # type: ignore[arg-type]  # a dataclass
        values = {info.name: self._plain(info) for info in self.infos if info.name in known}
        return self.data(**values)

    def _plain(self, info: FieldInfo) -> Any:
        value = self.fields[info.name].data
        if info.kind is FieldKind.MANY:
            return tuple(value or ())
        if info.kind is FieldKind.WHOLE and value is None:
            return info.default
        texts = info.kind not in {FieldKind.DAY, FieldKind.WHOLE, FieldKind.FLAG, FieldKind.FILE}
        return value or "" if texts else value

    @property
    def doubt(self) -> Doubtful | None:
        """What may be a mistake; the macro asks."""
        return self.error if isinstance(self.error, Doubtful) else None

    def refuse(self, error: IlsError) -> None:
        """Show what stopped the form: at its field, or above all of them."""
        self.error = error
        if isinstance(error, FormWrong):
            return
        from ils.web.pages import translated  # noqa: PLC0415 -- pages are above forms

        at = next((i for i in self.infos if i.label == error.facts.get("field")), None)
        meant = at or self._said_in(error)
        if meant is None or isinstance(error, Doubtful):
            self.problem = translated(error)
        else:
            reason = error.facts["reason"] if at else translated(error)
            self.fields[meant.name].errors = [*self.fields[meant.name].errors, reason]

    def _said_in(self, error: IlsError) -> FieldInfo | None:
        """The one field that says what the message repeats: a code that is taken."""
        facts = {value for value in error.facts.values() if isinstance(value, str)} - {""}
        typed = {i: getattr(self.fields[i.name], "raw_data", None) for i in self.infos}
        found = [i for i, raw in typed.items() if raw and str(raw[0]).strip() in facts]
        return found[0] if len(found) == 1 else None

    @property
    def shown(self) -> dict[str, list[ShownField]]:
        """Group → its fields, in their order."""
        groups: dict[str, list[ShownField]] = {}
        for info in self.infos:
            groups.setdefault(info.group, []).append(self._shown(info))
        return groups

    def _shown(self, info: FieldInfo) -> ShownField:
        field = self.fields[info.name]
        raw = field.raw_data[0] if self.sent and getattr(field, "raw_data", None) else None
        value = field.data if raw is None or info.kind in _WITH_DATA else raw
        if isinstance(value, date):
            value = f"{value:%d.%m.%Y}"
        codes = self.choices[info.name]
        return ShownField(info, f"{self.name}-{info.name}", value, codes, field.errors)

    @property
    def problems(self) -> list[tuple[str, str, str]]:
        """Of each field that is wrong: its id, its label, the reason."""
        return [
            (f"{self.name}-{info.name}", info.label, str(reason))
            for info in self.infos
            for reason in self.fields[info.name].errors
        ]

    @property
    def has_file(self) -> bool:
        """Whether a file is sent with it."""
        return any(info.kind is FieldKind.FILE for info in self.infos)

    @property
    def focus(self) -> str:
        """The name of the field that is written in first: the first wrong one, or the first."""
        wrong = next((i.name for i in self.infos if self.fields[i.name].errors), "")
        return wrong or (self.infos[0].name if self.infos else "")


_WITH_DATA = {FieldKind.FLAG, FieldKind.MANY, FieldKind.CHOICE}


def _codes(info: FieldInfo, given: Choices | None) -> Choices:
    """The codes and names of a choice, the empty one first; what a text may be, if it is given."""
    if info.kind not in {FieldKind.CHOICE, FieldKind.MANY}:
        return given or ()
    found = list(given if given is not None else _known_codes(info.codes))
    if info.empty is None:
        return found
    return [("", gettext(info.empty) if info.empty else "—"), *found]  # of "" gettext says its head


def _known_codes(name: str) -> Choices:
    if name == "language":
        return LANGUAGES
    if name in LABELS:
        return i18n.code_names(name)
    return i18n.list_options(getattr(current().config.lists, name))


LANGUAGES: Choices = (("kk", "Қазақша"), ("ru", "Русский"), ("en", "English"))


def no_mistake(doubt: type[Doubtful]) -> bool:
    """Whether a person read this doubt and said that it is none."""
    return doubt.code in request.form.getlist("no_mistake")


def handled(
    session: Session,
    form: Form[Data],
    work: Callable[[Data], ResponseReturnValue],
    page: Callable[[Form[Data]], ResponseReturnValue],
    *,
    silent: bool = False,
) -> ResponseReturnValue:
    """Do what a form asks; or show it again with what was typed and what is wrong.

    Where the work leads on and says nothing, the next page says that it is saved.

    Args:
        silent: the next page shows by itself what became of it.
    """
    said = len(cookie.get("_flashes", ()))
    try:
        value = form.value()
        with session.begin_nested():
            answer = make_response(work(value))
    except IlsError as error:
        form.refuse(error)
        answer = make_response(page(form))
        answer.status_code = int(error.status)
    else:
        if not silent and answer.location and len(cookie.get("_flashes", ())) == said:
            flash(gettext("Saved."))
    return answer
