"""Channels: how a message leaves. Each sends or raises Unavailable; none waits longer than `SECONDS`.

A webhook gets the JSON by POST, with the message's id as Idempotency-Key and, where a secret is shared, an HMAC-SHA256
of the body in `X-Lineage-Signature`. Mail carries text, with the JSON attached. A folder gets, for each division, the
JSON and a table for a spreadsheet.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import smtplib
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from pathlib import Path
from types import MappingProxyType
from typing import Any

from api.watch.messages import Message
from api.watch.plan import MailServer, Target
from lineage.errors import Unavailable
from lineage.exports.rows import disarmed
from lineage.ledger import durable

SECONDS = 10.0
Send = Callable[[Message, Target, MailServer], None]
_COLUMNS = ("list", "id", "rule", "severity", "subject", "amount", "due", "message")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A hook that answers "elsewhere" is not followed: the plan named the one address."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def to_webhook(message: Message, target: Target, _mail: MailServer) -> None:
    """POST the JSON; any answer but 2xx is a failure."""
    body = durable.to_json(message.body)
    headers = {"Content-Type": "application/json", "Idempotency-Key": message.id, "User-Agent": "fund-lineage"}
    if target.secret:
        digest = hmac.new(target.secret.encode(), body, hashlib.sha256).hexdigest()
        headers["X-Lineage-Signature"] = f"sha256={digest}"
    request = urllib.request.Request(target.to, data=body, headers=headers, method="POST")
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=SECONDS):
            return
    except urllib.error.HTTPError as error:
        error.close()
        raise Unavailable(f"{target.name}: the webhook answered {error.code}") from error
    except (OSError, ValueError) as error:
        raise Unavailable(f"{target.name}: the webhook does not answer ({error})") from error


def to_mail(message: Message, target: Target, mail: MailServer) -> None:
    """Send by the site's SMTP server."""
    letter = EmailMessage()
    letter["Subject"] = message.subject
    letter["From"] = mail.sender
    letter["To"] = target.to
    letter["Message-ID"] = f"<{message.id}.{hashlib.sha256(target.name.encode()).hexdigest()[:8]}@fund-lineage>"
    letter.set_content(message.text)
    name = f"{message.kind}-{message.id}.json"
    letter.add_attachment(durable.to_json(message.body), maintype="application", subtype="json", filename=name)
    try:
        with smtplib.SMTP(mail.host, mail.port, timeout=SECONDS) as server:
            if mail.starttls:
                server.starttls(context=ssl.create_default_context())
            if mail.user:
                server.login(mail.user, mail.password)
            server.send_message(letter)
    except (OSError, smtplib.SMTPException) as error:
        raise Unavailable(f"{target.name}: the mail was not taken ({error})") from error


def to_folder(message: Message, target: Target, _mail: MailServer) -> None:
    """Leave files: one folder a division with its own findings, and the whole at the top for digest and feeds."""
    stem = f"{str(message.body['at'])[:10]}-{message.kind}-{message.id}"
    try:
        root = Path(target.to)
        for part in message.body["divisions"] if message.kind == "findings" else ():
            home = root / part["division_code"]
            home.mkdir(parents=True, exist_ok=True)
            own = {**message.body, "divisions": [part]}
            durable.write(home / f"{stem}.csv", _table(part).encode("utf-8-sig"))
            durable.write(home / f"{stem}.json", durable.to_json(own) + b"\n")
        if message.kind != "findings":
            root.mkdir(parents=True, exist_ok=True)
            durable.write(root / f"{stem}.txt", message.text.encode())
            durable.write(root / f"{stem}.json", durable.to_json(message.body) + b"\n")
    except OSError as error:
        raise Unavailable(f"{target.name}: could not write to {target.to}: {error.strerror}") from error


SENDERS: Mapping[str, Send] = MappingProxyType({"webhook": to_webhook, "smtp": to_mail, "folder": to_folder})


def _table(part: Mapping[str, Any]) -> str:
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(_COLUMNS)
    for name in ("returned", "new", "overdue"):
        for one in part[name]:
            cells = [name, *(one.get(column) or "" for column in _COLUMNS[1:])]
            rows.writerow([disarmed(str(cell)) for cell in cells])
    return text.getvalue()
