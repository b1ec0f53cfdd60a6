"""The spaCy pipelines by language, and the version that their labels carry."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from spacy.language import Language
from spacy.util import load_config, load_model_from_config

from nlp_jobs import (
    components,  # noqa: F401  # registers all factories
    named_opinions,
    routing_heads,
)
from nlp_jobs.heads import MODEL_DIR
from nlp_jobs.lexicons.language import LANGUAGES, LEXICON_DIR
from nlp_jobs.source_domains import FILE_NAME
from nlp_jobs.taxonomy import DEFAULT_CONFIG_DIR, find_pack
from nlp_jobs.text.words import WORDS_FILE
from warehouse.settings import Settings

NAME = "voc"
# Raise it when code changes labels; changed words, packs, settings and weights show by themselves.
VERSION = "0.11.0"
CONFIGS_DIR = Path(__file__).resolve().parent / "configs"
MAX_CHARACTERS = 10_000_000
ON_REQUEST = (routing_heads.PREFIX, named_opinions.PREFIX)


@dataclass(frozen=True)
class BackEnds:
    """Transformers models that take over from the trained heads; null leaves the heads in place.

    `polarity` and `aspects` name a folder or a hub model. `meanings` says what a polarity model's
    labels mean, `topics` which topic of the pack an aspect label stands for; both only where the
    labels do not say it themselves.
    """

    polarity: str | None = None
    aspects: str | None = None
    device: str = "auto"
    meanings: tuple[tuple[str, str], ...] = ()
    topics: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> BackEnds:
        """The models that the settings name (`VOC_POLARITY_MODEL`, `VOC_ASPECTS_MODEL`)."""
        return cls(
            settings.polarity_model,
            settings.aspects_model,
            settings.model_device,
            tuple(sorted(settings.polarity_meanings.items())),
            tuple(sorted(settings.aspects_topics.items())),
        )

    @property
    def identity(self) -> str:
        """What a pipeline's version needs of them: empty without any model."""
        if not (self.polarity or self.aspects):
            return ""
        from nlp_jobs.transformer_models import model_identity

        models = [model_identity(model) for model in (self.polarity, self.aspects) if model]
        return json.dumps([models, self.meanings, self.topics], sort_keys=True)

    def add_to(self, nlp: Language, language: str, pack: str, config_dir: Path) -> None:
        """Put the models' pipes behind those whose labels they replace."""
        if self.polarity:
            nlp.add_pipe(
                "voc_transformer_polarity",
                after="voc_unit_sentiment",
                config={
                    "classifier": self._classifier(self.polarity),
                    "meanings": dict(self.meanings),
                },
            )
        if self.aspects:
            nlp.remove_pipe("voc_topics")  # its guesses would count as found
            nlp.add_pipe(
                "voc_transformer_aspects",
                after="voc_routing",
                config={
                    "classifier": self._classifier(self.aspects),
                    "pack": {"@misc": "voc.pack.v1", "slug": pack, "config_dir": str(config_dir)},
                    "language": language,
                    "topics": dict(self.topics),
                },
            )

    def _classifier(self, model: str) -> dict[str, str]:
        return {"@misc": "voc.transformer.v1", "model": model, "device": self.device}


LIGHT = BackEnds()


def build_pipeline(
    language: str,
    pack: str = "retail",
    config_dir: Path = DEFAULT_CONFIG_DIR,
    *,
    keep_spans: bool = True,
    back_ends: BackEnds = LIGHT,
) -> Language:
    """Assemble the pipeline of one language from `configs/<language>.cfg`.

    `config_dir` holds the taxonomies; `keep_spans` false leaves doc.spans empty, which is faster.
    A wrong pack raises `TaxonomyError`, an unusable back end `BackEndError`.
    """
    overrides: dict[str, object] = {
        "voc.pack": pack,
        "components.voc_units.keep_spans": keep_spans,
    }
    if config_dir != DEFAULT_CONFIG_DIR:
        overrides["paths.config_dir"] = str(config_dir)
    config = load_config(CONFIGS_DIR / f"{language}.cfg", overrides=overrides, interpolate=True)
    nlp = load_model_from_config(config, auto_fill=True)
    nlp.meta.update(name=NAME, version=VERSION)
    nlp.max_length = MAX_CHARACTERS
    back_ends.add_to(nlp, language, pack, config_dir)
    return nlp


def pipeline_version(
    pack: str = "retail", config_dir: Path = DEFAULT_CONFIG_DIR, back_ends: BackEnds = LIGHT
) -> str:
    """`voc-<version>-<pack>-<hash>`: the hash covers pack, departments, words, configs, weights.

    Back ends are covered too: another model is another version, which labels anew.
    """
    return _hash_version(pack, config_dir, back_ends.identity)


@lru_cache(maxsize=8)
def _hash_version(pack: str, config_dir: Path, back_ends: str) -> str:
    digest = hashlib.sha256(back_ends.encode())
    for path in iter_versioned_files(pack, config_dir):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return f"{NAME}-{VERSION}-{pack}-{digest.hexdigest()[:8]}"


def iter_versioned_files(pack: str, config_dir: Path) -> list[Path]:
    """The files whose content decides what the labels are."""
    return [
        find_pack(pack, config_dir),
        config_dir / "departments.yml",
        *(path for path in (config_dir / FILE_NAME,) if path.is_file()),
        *sorted(LEXICON_DIR.glob("*.yml")),
        WORDS_FILE,
        *(CONFIGS_DIR / f"{language}.cfg" for language in LANGUAGES),
        # routers and readers of named terms answer on request and label nothing here
        *sorted(path for path in MODEL_DIR.glob("*.npz") if not path.name.startswith(ON_REQUEST)),
    ]
