"""Rasa component: the spaCy document's entities with canonical values."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import SPACY_DOCS
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.nlu.utils.spacy_utils import SpacyNLP
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from mesobot.nlu.language import canonical_duration


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class VocabularyEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Copies what our spaCy pipeline found into Rasa's entities.

    Rasa's own SpacyEntityExtractor runs the pipeline a second time and keeps only the
    words of the text; this one keeps the canonical value.
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> VocabularyEntityExtractor:
        """Create the component (Rasa's graph calls this)."""
        return cls()

    @classmethod
    def required_components(cls) -> list[type]:
        """SpacyNLP has to run first."""
        return [SpacyNLP]

    def process(self, messages: list[Message]) -> list[Message]:
        """Add ``treatment``, ``skin_concern``, ``body_area`` and ``duration`` entities."""
        for message in messages:
            document = message.get(SPACY_DOCS[TEXT])
            spans = document.ents if document is not None else ()
            found = [_entity(span) for span in spans]
            message.set(
                ENTITIES,
                message.get(ENTITIES, []) + self.add_extractor_name(found),
                add_to_output=True,
            )
        return messages


def _entity(span: Any) -> dict[str, Any]:
    is_duration = span.label_ == "duration"
    return {
        "entity": span.label_,
        "value": canonical_duration(span.text, span.ent_id_) if is_duration else span.ent_id_,
        "start": span.start_char,
        "end": span.end_char,
    }
