"""What is done with less work comes out as Rasa's own does."""

from __future__ import annotations

import copy
import importlib.util
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core.policies import ensemble as rasas_ensemble
from rasa.core.policies.ensemble import DefaultPolicyPredictionEnsemble
from rasa.core.policies.policy import PolicyPrediction
from rasa.engine.exceptions import GraphComponentException, GraphRunError
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner import dask as rasas_runner
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActionExecutionRejected, Event
from rasa.shared.core.slots import BooleanSlot, CategoricalSlot, ListSlot, Slot, TextSlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses

from mesobot import quicker_rasa


def untouched(module: Any) -> Any:
    """Rasa's module as it was installed: another test may have made it quicker."""
    spec = importlib.util.find_spec(module.__name__)
    assert spec and spec.loader
    fresh = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fresh)
    return fresh


class Words(GraphComponent):
    """Puts words together and remembers how often it was asked."""

    asked = 0

    @classmethod
    def create(cls, *_args: Any, **_kwargs: Any) -> Words:
        return cls()

    def first(self, text: str) -> str:
        Words.asked += 1
        return f"({text})"

    def both(self, a: str, b: str) -> str:
        return f"{a}+{b}"

    def fail(self, a: str) -> str:
        raise RuntimeError(a)


def node(fn: str, **needs: str) -> SchemaNode:
    return SchemaNode(needs, Words, "create", fn, {}, eager=True)


SCHEMA = GraphSchema(
    {
        # Deliberately not in the order in which they have to run.
        "end": node("both", a="left", b="right"),
        "right": node("both", a="begin", b="left"),
        "left": node("both", a="begin", b="begin"),
        "begin": node("first", text="__message__"),
        "broken": node("fail", a="begin"),
        "hungry": node("first", text="__nobody__"),
    }
)


@pytest.mark.parametrize("targets", [["end"], ["left", "end"], ["begin"]])
def test_the_graph_gives_what_dask_gives(targets: list[str]) -> None:
    context = ExecutionContext(SCHEMA)
    rasas = untouched(rasas_runner).DaskGraphRunner(SCHEMA, None, context)
    expected = rasas.run({"__message__": "hi"}, targets)
    Words.asked = 0
    for _ in range(2):  # the second time the order is known
        assert quicker_rasa._run(rasas, {"__message__": "hi"}, targets) == expected
    assert Words.asked == 2
    assert set(expected) == set(targets)


@pytest.mark.parametrize("target", ["broken", "hungry"])
def test_the_graph_fails_as_with_dask(target: str) -> None:
    runner = untouched(rasas_runner).DaskGraphRunner(SCHEMA, None, ExecutionContext(SCHEMA))
    raised = []
    for run in (runner.run, lambda *a: quicker_rasa._run(runner, *a)):
        with pytest.raises((GraphComponentException, GraphRunError)) as failure:
            run({"__message__": "hi"}, [target])
        raised.append((failure.type, str(failure.value)))
    assert raised[0] == raised[1]


DOMAIN = Domain.from_dict({"actions": ["action_a", "action_b"], "intents": ["greet"]})


def prediction(action: str, confidence: float, priority: int) -> PolicyPrediction:
    probabilities = [0.0] * DOMAIN.num_actions
    probabilities[DOMAIN.index_for_action(action)] = confidence
    return PolicyPrediction(probabilities, f"policy {priority}", priority)


def rejected() -> list[Event]:
    return [ActionExecuted("action_listen"), ActionExecutionRejected("action_a")]


@pytest.mark.parametrize(
    ("rules", "events", "is_asked"),
    [
        ((1.0, 6), list, False),
        ((0.3, 6), list, True),
        ((0.0, 6), list, True),
        ((1.0, 2), list, True),  # stories come before it
        ((1.0, 6), rejected, True),  # action_a counts for nothing then
    ],
)
@pytest.mark.parametrize("stories", [0.0, 1.0])
def test_stories_are_asked_when_no_rule_is_sure_and_the_best_wins_as_ever(
    monkeypatch: pytest.MonkeyPatch,
    rules: tuple[float, int],
    events: Callable[[], list[Event]],
    is_asked: bool,
    stories: float,
) -> None:
    asked: list[object] = []

    def look(policy: Any, *_args: Any, **_kwargs: Any) -> PolicyPrediction:
        asked.append(policy)
        return prediction("action_b", stories, policy.priority)

    monkeypatch.setattr(quicker_rasa, "_look_in_stories", look)
    tracker = DialogueStateTracker.from_events("web-1", events())
    memo = SimpleNamespace(priority=3)
    later = quicker_rasa._when_wanted(memo, tracker, DOMAIN, rule_only_data={})
    found = quicker_rasa._combine(
        DefaultPolicyPredictionEnsemble(),
        tracker,
        DOMAIN,
        policy_0=later,
        policy_1=prediction("action_a", *rules),
        other={"no": "prediction"},
    )
    expected = (
        untouched(rasas_ensemble)
        .DefaultPolicyPredictionEnsemble()
        .combine_predictions(
            [prediction("action_b", stories, 3), prediction("action_a", *rules)],
            tracker,
            DOMAIN,
        )
    )
    assert found.__dict__ == expected.__dict__
    assert bool(asked) is is_asked


@pytest.mark.parametrize(
    "slot",
    [
        TextSlot("name", [{}], initial_value="x"),
        BooleanSlot("open", [{}], influence_conversation=False),
        CategoricalSlot("kind", [{}], values=["a", "b"]),
        ListSlot("all", [{}], initial_value=[1]),
    ],
)
def test_a_copied_slot_is_the_same_and_its_own(slot: Slot) -> None:
    copied = quicker_rasa._copied(slot)
    assert type(copied) is type(slot)
    assert copied.__dict__ == slot.__dict__ == copy.copy(slot).__dict__
    copied.value = None
    assert slot.value == slot.initial_value
    assert not slot.has_been_set


def test_a_kind_of_event_has_the_same_class() -> None:
    kinds = {cls.type_name for cls in all_subclasses(Event)}
    assert len(kinds) > 20
    for kind in kinds:
        found = [quicker_rasa._event_type(kind) for _ in range(2)]
        assert found == [quicker_rasa._find_event(kind)] * 2
    assert quicker_rasa._event_type("topic") is None
    assert quicker_rasa._event_type("nonsense", ActionExecuted) is ActionExecuted
    with pytest.raises(ValueError, match="nonsense"):
        quicker_rasa._event_type("nonsense")


def test_a_failed_component_is_an_error_of_the_graph() -> None:
    def broken(*_inputs: Any) -> Any:
        raise RuntimeError("no")

    runner = SimpleNamespace(_graph_schema=SCHEMA, _instantiated_nodes={"begin": broken})
    with pytest.raises(GraphRunError):
        quicker_rasa._run(runner, {"__message__": "hi"}, ["begin"])
