"""Identity and account numbers: tokens that join, masks that show little, nothing in clear on disk."""

from __future__ import annotations

import hashlib
import hmac
from datetime import date
from pathlib import Path

import pytest

import lineage
from lineage import engine
from lineage.errors import Damaged, Unavailable
from lineage.ledger import tokens, write
from lineage.schema import BY_NAME, Sensitive
from tests.staging import AT, load_rows

IDENTITY, CARD = "41032219630307123X", "6222021702008899123"


def asked(sql: str, *parameters: str | None) -> str | None:
    value = engine.row(engine.connect(), f"SELECT {sql} FROM (SELECT ?::VARCHAR AS x)", parameters)[0]
    return None if value is None else str(value)


@pytest.mark.parametrize("key", [b"k" * 32, b"long" * 30, bytes(range(32))])
@pytest.mark.parametrize("number", [IDENTITY, CARD, "H00000001", "张三"])
def test_the_token_in_sql_is_hmac_sha256_as_the_standard_library_has_it(key: bytes, number: str) -> None:
    expected = hmac.new(key, number.encode(), hashlib.sha256).hexdigest()[:32]
    assert asked(tokens.token_sql(tokens.plain_sql("x"), key), number) == expected
    assert tokens.token(number, key) == expected


def test_one_number_in_any_writing_has_one_token() -> None:
    key = b"k" * 32
    spellings = [  # one number, four ways
        "41032219630307123X",
        "41032219630307123x",
        "410322 19630307 123X",
        "４１０３２２１９６３０３０７１２３Ｘ",
    ]
    found = {asked(tokens.token_sql(tokens.plain_sql("x"), key), text) for text in spellings}
    assert found == {tokens.token(text, key) for text in spellings}
    assert len(found) == 1
    assert asked(tokens.token_sql(tokens.plain_sql("x"), key), None) is None


@pytest.mark.parametrize(
    ("number", "kind", "shown"),
    [
        (IDENTITY, Sensitive.IDENTITY, "410***********123X"),
        ("410322630307123", Sensitive.IDENTITY, "410********7123"),
        ("H00000001", Sensitive.IDENTITY, "*******01"),
        (CARD, Sensitive.ACCOUNT, "***************9123"),
        ("123456789012", Sensitive.ACCOUNT, "*********012"),
        ("123", Sensitive.ACCOUNT, "***"),
        (IDENTITY, Sensitive.ACCOUNT, "**************123X"),
        ("", Sensitive.ACCOUNT, ""),
    ],
)
def test_a_mask_shows_never_more_than_a_quarter_but_of_identity_numbers(
    number: str, kind: Sensitive, shown: str
) -> None:
    assert asked(tokens.mask_sql(tokens.plain_sql("x"), kind), number) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"张三{IDENTITY}补贴", "张三410***********123X补贴"),
        (f"卡号{CARD}，电话", "卡号************9123，电话"),
        ("卡 6222 0217 0200 8899 123 付", "卡 *************123 付"),
        ("账号１２３４５６７８９０１２３", "账号*********１２３"),
        ("豫财农〔2017〕192号 2017-01-01 2017-12-31", "豫财农〔2017〕192号 2017-01-01 2017-12-31"),
        ("电话13712345678", "电话13712345678"),
        ("道路建设", "道路建设"),
        (None, None),
    ],
)
def test_runs_of_digits_in_free_text_are_masked(text: str | None, shown: str | None) -> None:
    assert asked(tokens.mask_runs_sql("x"), text) == shown


def test_ids_codes_and_document_numbers_are_no_free_text() -> None:
    free = {
        f"{table.name}.{column.name}"
        for table in BY_NAME.values()
        for column in table.columns
        if tokens.is_free_text(table, column)
    }
    assert {"payments.purpose", "payments.payee_name", "allocations.title", "one_card_payments.person_name"} <= free
    assert not {name for name in free if name.endswith(("_id", "_no", "_code", "reverses", "status", "bank_reference"))}


def test_no_number_lies_in_clear_anywhere_in_the_ledger(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    payment = {
        "payment_id": "P-1",
        "division_code": "4101",
        "amount_fen": 1,
        "pay_date": date(2017, 1, 1),
        "status": "valid",
        "method": "direct",
        "payee_kind": "person",
        "payee_name": f"张三 {IDENTITY}",
        "payee_account": CARD,
        "purpose": f"付{CARD}",
    }
    with write(path, who="clerk", at=AT) as writer:
        writer.engine.execute(
            "CREATE TEMP TABLE bad AS SELECT 'payments' AS \"table\", 'p.csv' AS file, 3 AS \"row\", "
            "'person_id' AS \"column\", "
            f'\'{IDENTITY}\' AS found, \'{{"person_id": "{IDENTITY}", "account": "{CARD}"}}\' AS line'
        )
        from tests.staging import stage_rows

        writer.commit(
            [
                stage_rows(writer, "payments", [payment]),
                stage_rows(writer, "watch_lists", [{"list": "x", "token": IDENTITY, "name": "张三"}]),
            ],
            rejects="bad",
        )
    # parquet pages are compressed, so the values are looked for in the tables as well as in the bytes
    for file in [entry for entry in path.rglob("*") if entry.is_file()]:
        content = file.read_bytes()
        if file.suffix == ".parquet":
            content += str(engine.rows(engine.connect(), f"SELECT * FROM {engine.parquet([file])}")).encode()
        assert IDENTITY.encode() not in content, file
        assert CARD.encode() not in content, file
    row = lineage.open(path).rows("SELECT payee_account, payee_account_masked FROM payments")[0]
    key = tokens.read_key(path)
    assert row == {"payee_account": tokens.token(CARD, key), "payee_account_masked": "***************9123"}
    assert lineage.open(path).rows("SELECT token FROM watch_lists") == [{"token": tokens.token(IDENTITY, key)}]


def test_the_key_is_a_private_file_beside_the_ledger(tmp_path: Path) -> None:
    load_rows(tmp_path / "ledger", {"projects": [{"project_code": "1", "name": "x"}]})
    file = tmp_path / "ledger.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(file.read_bytes()) == 32
    file.chmod(0o644)
    with pytest.raises(Damaged, match="0600"):
        load_rows(tmp_path / "ledger", {"projects": [{"project_code": "2", "name": "x"}]})


def test_another_key_or_none_stops_a_load_but_no_reader(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    load_rows(path, {"projects": [{"project_code": "1", "name": "x"}]})
    key = tmp_path / "ledger.key"
    key.write_bytes(b"x" * 32)
    with pytest.raises(Damaged, match="not the key"):
        load_rows(path, {"projects": [{"project_code": "2", "name": "x"}]})
    key.unlink()
    with pytest.raises(Unavailable, match="key"):
        load_rows(path, {"projects": [{"project_code": "2", "name": "x"}]})
    assert lineage.open(path).rows("SELECT project_code FROM projects") == [{"project_code": "1"}]


def test_a_site_may_bring_its_own_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "site.key"
    own.write_bytes(b"s" * 40)
    own.chmod(0o600)
    monkeypatch.setenv("LINEAGE_TOKEN_KEY", str(own))
    load_rows(tmp_path / "ledger", {"watch_lists": [{"list": "x", "token": IDENTITY, "name": "y"}]})
    assert not (tmp_path / "ledger.key").exists()
    assert lineage.open(tmp_path / "ledger").rows("SELECT token FROM watch_lists") == [
        {"token": tokens.token(IDENTITY, b"s" * 40)}
    ]
