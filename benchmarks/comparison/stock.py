"""Writes the same assistant as a stock Rasa bot: default pipeline (DIET) and policies (TED).

Same examples, same answers, same stories. Topics become plain intents with one rule each,
the simplest shape of a stock FAQ bot (and the faster one: no ResponseSelector is needed).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from benchmarks.comparison.yaml_files import read, write

# The commented default of `rasa init` 3.6.21, written out.
CONFIG: dict[str, Any] = {
    "recipe": "default.v1",
    "assistant_id": "stock",
    "language": "en",
    "pipeline": [
        {"name": "WhitespaceTokenizer"},
        {"name": "RegexFeaturizer"},
        {"name": "LexicalSyntacticFeaturizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        {"name": "DIETClassifier", "epochs": 100, "constrain_similarities": True},
        {"name": "EntitySynonymMapper"},
        {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
    ],
    "policies": [
        {"name": "MemoizationPolicy"},
        {"name": "RulePolicy"},
        {"name": "UnexpecTEDIntentPolicy", "max_history": 5, "epochs": 100},
        {"name": "TEDPolicy", "max_history": 5, "epochs": 100, "constrain_similarities": True},
    ],
}

# Intents whose answer is not called after them; where ours runs an action, the text nearest to it.
_NAMED = {
    "nlu_fallback": "utter_not_understood",
    "next_step": "utter_next",
    "book_consultation": "utter_contact_directly",
    "talk_to_human": "utter_contact_directly",
    "cannot_get_help": "utter_medical_emergency_keep_trying",
    "forget_me": "utter_confirm_forget_me",
    "what_do_you_know": "utter_known_chat",
}


def write_stock_bot(folder: Path, data: Path, epochs: int) -> None:
    """Create config, domain, data, endpoints and credentials of the stock bot.

    Args:
        folder: where to; made if it does not exist.
        data: our folder of topics.
        epochs: for DIET, TED and UnexpecTED; stock has 100.
    """
    examples: dict[str, str] = {}
    answers: dict[str, str] = {}
    for path in sorted(data.rglob("*.yml")):
        content = read(path)
        for block in content.get("nlu", []):
            examples[_plain(block["intent"])] = block["examples"]
        for name, variations in content.get("responses", {}).items():
            answers[_plain(name)] = re.sub(r"[{}]", "", variations[0]["text"])
    rules = [
        {
            "rule": intent,
            "steps": [{"intent": intent}, {"action": _answer_for(intent, answers)}],
        }
        for intent in [*examples, "nlu_fallback"]
        if intent not in ("affirm", "deny")  # left to TED
    ]
    stories = [
        {"story": "yes", "steps": [{"intent": "faq_pain"}, {"action": "utter_faq_pain"},
                                   {"intent": "affirm"}, {"action": "utter_next"}]},
        {"story": "no", "steps": [{"intent": "faq_pain"}, {"action": "utter_faq_pain"},
                                  {"intent": "deny"}, {"action": "utter_anything_else"}]},
    ]  # fmt: skip
    domain = {
        "version": "3.1",
        "intents": sorted(examples),
        "responses": {name: [{"text": text}] for name, text in answers.items()},
    }
    nlu = [{"intent": intent, "examples": text} for intent, text in examples.items()]
    write(folder / "config.yml", _config(epochs))
    write(folder / "domain.yml", domain)
    write(folder / "data" / "nlu.yml", {"version": "3.1", "nlu": nlu})
    write(folder / "data" / "rules.yml", {"version": "3.1", "rules": rules, "stories": stories})
    write(
        folder / "endpoints.yml",
        {"tracker_store": {"type": "SQL", "dialect": "sqlite", "db": "${STOCK_TRACKER_DB}"}},
    )
    write(folder / "credentials.yml", {"rest": None})


def _config(epochs: int) -> dict[str, Any]:
    def shortened(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**part, "epochs": epochs} if "epochs" in part else part for part in parts]

    return {
        **CONFIG,
        "pipeline": shortened(CONFIG["pipeline"]),
        "policies": shortened(CONFIG["policies"]),
    }


def _plain(name: str) -> str:
    return name.replace("/", "_")


def _answer_for(intent: str, answers: dict[str, str]) -> str:
    name = _NAMED.get(intent, f"utter_{intent}")
    if name not in answers:
        raise KeyError(f"no answer for the intent {intent}")
    return name
