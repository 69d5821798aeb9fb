"""What Rasa does many times in each turn, done with less work and the same results.

None of it can be configured, so it is replaced in Rasa's classes, for the server only; for training see
``quicker_training.py``. ``tests/unit/test_quicker_rasa.py`` compares each with what it replaces.
"""

from __future__ import annotations

from functools import partial
from graphlib import TopologicalSorter
from typing import Any, TypeVar

from rasa.core.policies.ensemble import PolicyPredictionEnsemble
from rasa.core.policies.memoization import AugmentedMemoizationPolicy
from rasa.core.policies.policy import PolicyPrediction
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActionExecutionRejected, Event
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker
from threadpoolctl import threadpool_limits

_SURE = 1.0
_Slot = TypeVar("_Slot", bound=Slot)
_Order = list[tuple[str, list[str]]]
_look_in_stories = AugmentedMemoizationPolicy.predict_action_probabilities
_find_event = Event.resolve_by_type
_event_types: dict[str, type[Event]] = {}


def make_rasa_quicker() -> None:
    """From now on Rasa works like this, in this process."""
    # The arrays of one message are small: a second thread only waits, and takes a core to do it.
    threadpool_limits(limits=1, user_api="blas")
    DaskGraphRunner.run = _run
    AugmentedMemoizationPolicy.predict_action_probabilities = _when_wanted
    PolicyPredictionEnsemble.combine_predictions_from_kwargs = _combine
    Slot.__copy__ = _copied
    Event.resolve_by_type = staticmethod(_event_type)


def _run(
    runner: DaskGraphRunner,
    inputs: dict[str, Any] | None = None,
    targets: list[str] | None = None,
) -> dict[str, Any]:
    """Run the graph's components one after the other.

    Dask plans the same order anew each time, three times a turn.

    Raises:
        GraphRunError: if a component failed.
    """
    wanted = targets or runner._graph_schema.target_names
    results = dict(inputs or {})
    try:
        for name, needs in _order(runner, tuple(wanted)):
            node = runner._instantiated_nodes[name]
            given = ((n, results[n]) if n in results else n for n in needs)
            _, results[name] = node(*given)
    except RuntimeError as error:
        raise GraphRunError("Error running runner.") from error
    return {name: results[name] for name in wanted}


def _order(runner: DaskGraphRunner, targets: tuple[str, ...]) -> _Order:
    """The components that the targets need, each behind what it needs itself."""
    orders: dict[tuple[str, ...], _Order] = runner.__dict__.setdefault("_mesobot_orders", {})
    if targets not in orders:
        nodes = runner._graph_schema.minimal_graph_schema(list(targets)).nodes
        needs = {name: list(node.needs.values()) for name, node in nodes.items()}
        sequence = TopologicalSorter(needs).static_order()
        orders[targets] = [(name, needs[name]) for name in sequence if name in needs]
    return orders[targets]


class _Later(partial[PolicyPrediction]):
    """A prediction that is made when it is wanted."""


def _when_wanted(policy: AugmentedMemoizationPolicy, *args: Any, **kwargs: Any) -> _Later:
    """Look for the conversation in the stories only if no rule decides what comes next.

    A sure prediction of a policy that comes before this one cannot be outvoted.
    """
    return _Later(_look_in_stories, policy, *args, **kwargs)


def _combine(
    ensemble: PolicyPredictionEnsemble,
    tracker: DialogueStateTracker,
    domain: Domain,
    **kwargs: Any,
) -> PolicyPrediction:
    """The best of all predictions; those made when they are wanted are often not."""
    made = [each for each in kwargs.values() if isinstance(each, PolicyPrediction)]
    later = [each for each in kwargs.values() if isinstance(each, _Later)]
    wanted = [each() for each in later if _may_win(each.args[0].priority, made, tracker)]
    return ensemble.combine_predictions([*wanted, *made], tracker, domain)


def _may_win(priority: int, made: list[PolicyPrediction], tracker: DialogueStateTracker) -> bool:
    outvoted = any(p.policy_priority > priority and p.max_confidence >= _SURE for p in made)
    return not outvoted or _was_rejected(tracker)


def _was_rejected(tracker: DialogueStateTracker) -> bool:
    """Whether the last action was not carried out: then no policy may predict it again."""
    actions = (ActionExecuted, ActionExecutionRejected)
    last = next((event for event in reversed(tracker.events) if isinstance(event, actions)), None)
    return isinstance(last, ActionExecutionRejected)


def _copied(slot: _Slot) -> _Slot:
    """A copy of a slot, made some hundred times a turn, without Python's copying protocol."""
    copy: _Slot = slot.__class__.__new__(slot.__class__)
    copy.__dict__.update(slot.__dict__)
    return copy


def _event_type(type_name: str, default: type[Event] | None = None) -> type[Event] | None:
    """The class of a kind of event, which Rasa looks for among all classes for each event."""
    known = _event_types.get(type_name)
    if known is None:
        known = _find_event(type_name, default)
        if known is not None and known is not default:
            _event_types[type_name] = known
    return known
