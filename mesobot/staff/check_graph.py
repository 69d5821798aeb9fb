"""`mesobot whatsapp check`: what WhatsApp itself says about the clinic's number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mesobot.consultation.delivery.problems import DeliveryProblem, TemporaryProblem
from mesobot.consultation.graph_account import GraphAccount, Provider
from mesobot.consultation.mail_settings import WhatsAppSettings
from mesobot.staff.check_graph_number import NUMBER_FIELDS, entities_of, number_findings, sending
from mesobot.staff.check_graph_webhook import RIGHTS, address, app_findings, subscribed
from mesobot.staff.findings import Finding, fails, fine, note
from mesobot.staff.graph_reader import GraphReader


@dataclass(frozen=True)
class Asked:
    """What is compared with WhatsApp's answers.

    Attributes:
        app_secret: None if it is not set.
        verify_token: None if it is not set.
        staff: template notification of staff, or None when it is not used.
        number: the clinic's number as patients are given it, or None when not known.
        now: with its time zone.
    """

    account: GraphAccount
    app_secret: str | None
    verify_token: str | None
    staff: WhatsAppSettings | None
    number: str | None
    now: datetime


async def ask(asked: Asked) -> list[Finding]:
    """Everything that can be found out with these credentials.

    Raises:
        TemporaryProblem: if WhatsApp cannot be asked at the moment.
    """
    async with GraphReader(asked.account) as graph:
        if asked.account.provider is Provider.DIALOG360:
            return await _ask_dialog360(graph, asked)
        try:
            number = await graph.read(
                asked.account.phone_number_id, {"fields": ",".join(NUMBER_FIELDS)}
            )
        except TemporaryProblem:
            raise
        except DeliveryProblem as problem:
            step = "Compare token and phone number id with the app's page “API Setup”."
            return [fails("phone number", f"WhatsApp refuses the account ({problem}).", step)]
        webhook = number.get("webhook_configuration", {})
        ids = {each["entity_type"]: each["id"] for each in entities_of(number)}
        findings = [*number_findings(number, asked.number), sending(number)]
        findings += await app_findings(
            graph, asked.account, asked.app_secret, ids.get("APP"), asked.now
        )
        findings.append(await subscribed(graph, ids.get("WABA"), ids.get("APP")))
        findings.append(await address(graph, webhook, asked.verify_token))
        if asked.staff:
            findings.append(await _template(graph, asked.staff, ids.get("WABA")))
        return findings


async def _ask_dialog360(graph: GraphReader, asked: Asked) -> list[Finding]:
    try:
        health = await graph.read("health_status")
        webhook = await graph.read("v1/configs/webhook")
    except TemporaryProblem:
        raise
    except DeliveryProblem as problem:
        sentence = f"360dialog refuses the key ({problem})."
        return [fails("phone number", sentence, "Make a new key in 360dialog's hub.")]
    return [
        sending(health),
        await address(graph, {"application": webhook.get("url")}, asked.verify_token),
    ]


async def _template(graph: GraphReader, staff: WhatsAppSettings, waba: str | None) -> Finding:
    topic = "template to staff"
    if waba is None:
        return note(topic, "Not looked at: the business account is not known.")
    query = {"name": staff.template, "fields": "name,language,status", "limit": "100"}
    try:
        found = (await graph.read(f"{waba}/message_templates", query)).get("data", [])
    except TemporaryProblem:
        raise
    except DeliveryProblem as problem:
        return note(topic, f"The token may not read it ({problem}).", RIGHTS)
    named = [each for each in found if each.get("name") == staff.template]
    states = {each.get("language"): each.get("status") for each in named}
    status = states.get(staff.language)
    called = f"“{staff.template}” ({staff.language})"
    if status == "APPROVED":
        return fine(topic, f"{called} is approved.")
    if status:
        return fails(topic, f"{called} is not approved ({status}).", "See WhatsApp Manager.")
    others = ", ".join(sorted(map(str, states)))
    there = f", only in {others}" if others else ""
    step = "Make it in WhatsApp Manager, or correct MESOBOT_WHATSAPP_TEMPLATE and …_LANGUAGE."
    return fails(topic, f"{called} does not exist{there}.", step)
