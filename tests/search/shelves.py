"""Books of both languages, as they stand on a shelf."""

from citations import LANGUAGES

from ils.marc.record import Field, MarcRecord


def book(title, author="", *, language="ru", year="", isbn="", subject="", initials=""):
    fields = [Field("101", "0 ", [("a", LANGUAGES[language])]), Field("200", "1 ", [("a", title)])]
    if isbn:
        fields.insert(0, Field("010", "  ", [("a", isbn)]))
    if year:
        fields.append(Field("210", "  ", [("a", "Алматы"), ("d", year)]))
    if subject:
        fields.append(Field("606", "  ", [("a", subject)]))
    if author:
        fields.append(Field("700", " 1", [("a", author), ("b", initials)]))
    return MarcRecord("00000nam0 2200000   450 ", fields)


BOOKS = (
    book("Абай жолы", "Әуезов", language="kk", year="1989", initials="М. О.", subject="Роман"),
    book("Путь Абая", "Ауэзов", year="1977", initials="Мухтар Омарханович", isbn="9785699120147"),
    book("Қазақтың халық ертегілері", language="kk", year="2001"),
    book("Сказки казахского народа", year="1999"),
    book("На дне", "Горький", year="1950", initials="М."),
    book("Детство", "Горький", year="1980", initials="Алексей Максимович"),
    book("Кітапханашының анықтамалығы", language="kk", year="2015"),
    book("Справочник библиотекаря", year="2010"),
    book("Психология общения", "Леонтьев", year="2005", initials="А. А."),
)
