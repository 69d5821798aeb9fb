"""Puts questions that mean nearly the same into one group, by the sentence encoder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from mesobot.nlu.encoder import FloatArray
from mesobot.nlu.topic_model import normalise

Encode = Callable[[str], FloatArray]
"""One text as a vector of unit length."""

ALIKE = 0.45
"""Mean cosine similarity of two groups from which they become one. At 0.4 groups of held-out
off-topic messages begin to mix subjects, at 0.5 they miss pairs (docs/insight.md)."""
MOST = 1500
"""Different texts that are compared; the matrix of their likeness has that many rows."""


def group_alike(texts: Sequence[str], encode: Encode | None) -> list[list[int]]:
    """Groups of places in ``texts``, the largest first; a group begins with its most central text.

    Average linkage: a group is not drawn along by one text that lies between two meanings.

    Args:
        texts: questions; equal ones (but for case and accents) are always together.
        encode: None if there is no encoder: then only equal ones are.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        places[normalise(text)].append(place)
    different = list(places)
    compared = sorted(different, key=lambda text: len(places[text]), reverse=True)[:MOST]
    groups = [[text] for text in different if text not in set(compared)]
    groups += _clusters(compared, encode) if encode else [[text] for text in compared]
    found = [[place for text in group for place in places[text]] for group in groups]
    return sorted(found, key=lambda group: (-len(group), group[0]))


def _clusters(texts: Sequence[str], encode: Encode) -> list[list[str]]:
    if len(texts) < 2:  # noqa: PLR2004 - nothing to compare
        return [list(texts)] if texts else []
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    vectors = np.stack([encode(text) for text in texts])
    alike = np.clip(vectors @ vectors.T, -1.0, 1.0)
    distances = 1.0 - (alike + alike.T) / 2
    np.fill_diagonal(distances, 0.0)
    tree = linkage(squareform(distances, checks=False), method="average")
    numbers = fcluster(tree, t=1.0 - ALIKE, criterion="distance")
    clusters = []
    for number in np.unique(numbers):
        members = np.flatnonzero(numbers == number)
        central = members[np.argsort(-alike[np.ix_(members, members)].mean(axis=1), kind="stable")]
        clusters.append([texts[member] for member in central])
    return clusters
