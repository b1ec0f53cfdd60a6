"""The spaCy pipelines by language, and the version that their labels carry."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from spacy.language import Language
from spacy.util import load_config, load_model_from_config

from nlp_jobs import components  # noqa: F401  # registers all factories
from nlp_jobs.heads import MODEL_DIR
from nlp_jobs.lexicons.language import LANGUAGES, LEXICON_DIR
from nlp_jobs.taxonomy import DEFAULT_CONFIG_DIR
from nlp_jobs.text.words import WORDS_FILE

NAME = "voc"
# Raise it when code changes labels; changed words, packs, settings and weights show by themselves.
VERSION = "0.1.0"
CONFIGS_DIR = Path(__file__).resolve().parent / "configs"
MAX_CHARACTERS = 10_000_000


def build_pipeline(
    language: str,
    pack: str = "retail",
    config_dir: Path = DEFAULT_CONFIG_DIR,
    *,
    keep_spans: bool = True,
) -> Language:
    """Assemble the pipeline of one language from `configs/<language>.cfg`.

    `config_dir` holds the taxonomies; `keep_spans` false leaves doc.spans empty, which is faster.
    A wrong pack raises `TaxonomyError`.
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
    return nlp


@lru_cache(maxsize=8)
def pipeline_version(pack: str = "retail", config_dir: Path = DEFAULT_CONFIG_DIR) -> str:
    """`voc-<version>-<pack>-<hash>`: the hash covers pack, departments, words, configs, weights."""
    digest = hashlib.sha256()
    for path in iter_versioned_files(pack, config_dir):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return f"{NAME}-{VERSION}-{pack}-{digest.hexdigest()[:8]}"


def iter_versioned_files(pack: str, config_dir: Path) -> list[Path]:
    """The files whose content decides what the labels are."""
    return [
        config_dir / "taxonomies" / f"{pack}.yml",
        config_dir / "departments.yml",
        *(LEXICON_DIR / f"{language}.yml" for language in LANGUAGES),
        WORDS_FILE,
        *(CONFIGS_DIR / f"{language}.cfg" for language in LANGUAGES),
        *sorted(MODEL_DIR.glob("*.npz")),
    ]
