import smtplib
import stat
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from structlog.testing import capture_logs

from mesobot.consultation.delivery.catcher import MailKeeper, keep_mail, run_catcher
from mesobot.running import free_port

MAIL = "From: a@b.com\r\nTo: c@d.com\r\nMessage-ID: {}\r\n\r\nGünaydın Ayşe\r\n"


def catcher(port: int, folder: Path) -> Controller:
    return Controller(MailKeeper(folder), hostname="127.0.0.1", port=port)


def mail(message_id: str = "<1@mesobot>") -> bytes:
    return MAIL.format(message_id).encode()


def test_a_mail_sent_to_it_is_a_file_that_only_we_can_read(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    port = free_port()
    server = catcher(port, folder)
    server.start()
    try:
        with capture_logs() as logs, smtplib.SMTP("127.0.0.1", port, timeout=5) as client:
            client.sendmail("a@b.com", ["c@d.com"], mail())
    finally:
        server.stop()
    (file,) = folder.iterdir()
    assert file.suffix == ".eml"
    assert (
        message_from_bytes(file.read_bytes(), policy=policy.default)["Message-ID"] == "<1@mesobot>"
    )
    assert "Günaydın Ayşe" in file.read_text(encoding="utf-8")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [entry["file"] for entry in logs] == [str(file)]
    assert not any(word in str(logs) for word in ("Ayşe", "c@d.com", "a@b.com"))


def test_mails_stand_in_the_order_of_their_arrival_and_repeats_are_seen(tmp_path: Path) -> None:
    ids = ["<1@mesobot>", "<2@mesobot>", "<1@mesobot>"]
    files = [keep_mail(tmp_path, mail(message_id)) for message_id in ids]
    assert files == sorted(files)
    marks = [file.stem.rpartition("-")[2] for file in files]
    assert marks[0] == marks[2] != marks[1]


def test_a_mail_that_cannot_be_written_is_not_accepted(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    port = free_port()
    server = catcher(port, folder)
    server.start()
    folder.rmdir()
    try:
        with (
            smtplib.SMTP("127.0.0.1", port, timeout=5) as client,
            pytest.raises(smtplib.SMTPDataError) as refusal,
        ):
            client.sendmail("a@b.com", ["c@d.com"], mail())
    finally:
        server.stop()
    assert refusal.value.smtp_code == 451


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    port = free_port()
    server = catcher(port, tmp_path)
    server.start()
    try:
        with capture_logs() as logs:
            assert run_catcher(port, tmp_path) == 1
    finally:
        server.stop()
    assert [entry["event"] for entry in logs] == ["mail catcher cannot start"]
