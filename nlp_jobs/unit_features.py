"""The n-grams by which all heads of single units read letters, one set for each language.

Alarms, sentiment and topics of units share them, so that the letters of a unit are read once.
"""

from __future__ import annotations

from nlp_jobs.features import HashedFeatures
from nlp_jobs.text_features import TextFeatures

UNIT_FEATURES = {
    "zh": TextFeatures(HashedFeatures(orders=(1, 2), bits=18, keep_spaces=False)),
    "en": TextFeatures(HashedFeatures(orders=(3, 4, 5, 6), bits=18, keep_spaces=True)),
}
