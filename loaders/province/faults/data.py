"""Faults of data: document numbers that are none."""

from __future__ import annotations

from loaders.province.faults.money import OTHER
from loaders.province.faults.sheet import Sheet

WRONG = (
    "{word}{year}年{number}号",
    "{word}〔{next}〕{number}号",
    "{word}〔{long_ago}〕{number}号",
    "YCN〔{year}〕{number}号",
    "{word}〔{year}〕{number}",
    "豫〔{year}〕{number}号",
)
RIGHT = (
    "{word}〔{year}〕第00{number}号",
    "{word} ［{year}］ {number} 号",
    "{word}〔{last}〕{number}号",
    "{word}({year}){number}号",
)


def document_number(sheet: Sheet, turn: int) -> None:
    """A number in no form, or of a wrong year. Near misses: other brackets, blanks, zeros, last year's number."""
    place, fen, year = sheet.county(), sheet.fen(), sheet.size.year
    told = {
        "word": sheet.places.document_word(int(sheet.places.parent[place])),
        "year": year,
        "next": year + 1,
        "last": year - 1,
        "long_ago": year - 2,
        "number": 4000 + turn,
    }
    source = sheet.source(place, 2 * fen, OTHER)
    for form, accused in ((WRONG[turn % len(WRONG)], True), (RIGHT[turn % len(RIGHT)], False)):
        bureau = sheet.indicator(place, fen, OTHER)
        sheet.agency(bureau, fen, OTHER)
        subject = sheet.transfer("issue", source, bureau, place, fen, doc_no=form.format(**told))
        if accused:
            sheet.fault(sheet.expect("data/document-number", subject, place, fen))
        else:
            sheet.near_miss("data/document-number", subject)
