"""Dates as the finance world writes them, and calendar steps.

Understood: 2017-06-03, 2017/6/3, 2017.6.3, 20170603, 2017年6月3日, Excel serials; a time behind a date is dropped.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from datetime import date, timedelta

_SEPARATED = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?([ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?")
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"\d{5}(\.0+)?")
_MONTH = re.compile(r"(\d{4})(?:[-/.年]?)(\d{1,2})月?")
EXCEL_DAY_ZERO = date(1899, 12, 30)
"""Excel counts from here, having a 29 February 1900 that never was."""


def to_date(text: str) -> date:
    """The day a cell names. Raises ValueError when it is no day, or not in the years 1900 to 2199."""
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _SEPARATED.fullmatch(plain) or _PACKED.fullmatch(plain)
    try:
        if found:
            day = date(int(found[1]), int(found[2]), int(found[3]))
        elif _SERIAL.fullmatch(plain):
            day = EXCEL_DAY_ZERO + timedelta(days=int(plain.split(".")[0]))
        else:
            raise ValueError
    except ValueError:
        raise ValueError(f'found "{text}", expected a date such as 2017-06-03') from None
    if not 1900 <= day.year <= 2199:
        raise ValueError(f'found "{text}", expected a date between 1900 and 2199')
    return day


def to_month(text: str) -> str:
    """`YYYY-MM` of a month or a day. Raises ValueError."""
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _MONTH.fullmatch(plain)
    if found and 1 <= int(found[2]) <= 12:
        return f"{found[1]}-{int(found[2]):02d}"
    try:
        return to_date(plain).isoformat()[:7]
    except ValueError:
        raise ValueError(f'found "{text}", expected a month such as 2017-06') from None


def add_months(day: date, months: int) -> date:
    """The same day of another calendar month, or that month's last day where it is shorter."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, calendar.monthrange(years, month + 1)[1]))
