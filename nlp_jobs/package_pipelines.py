"""Save the pipelines as folders that plain spaCy loads, for use outside the warehouse.

    python -m nlp_jobs.package_pipelines --pack retail --out DIR

    nlp = spacy.load("DIR/zh")
    nlp("送货很快，但是客服态度很差").spans["units"]

A folder holds the settings and the vocabulary; packs, word lists and weights come from the
installed project, which registers its pipes with spaCy by entry points.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from nlp_jobs.lexicons.language import LANGUAGES
from nlp_jobs.pipelines import build_pipeline, pipeline_version
from nlp_jobs.taxonomy import DEFAULT_CONFIG_DIR


def save_pipelines(pack: str, out: Path, config_dir: Path = DEFAULT_CONFIG_DIR) -> dict[str, Path]:
    """Write `out/<language>` for each language; returns the folders by language.

    The version of the labels stands in the `voc_version` of meta.json. A wrong pack raises
    `TaxonomyError`.
    """
    folders = {}
    for language in LANGUAGES:
        nlp = build_pipeline(language, pack, config_dir)
        nlp.meta["voc_version"] = pipeline_version(pack, config_dir)
        folders[language] = out / language
        nlp.to_disk(folders[language])
    return folders


def main() -> None:
    """Read the command line and save."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pack", default="retail", help="industry pack (default: retail)")
    parser.add_argument("--out", type=Path, required=True, help="folder for the pipelines")
    arguments = parser.parse_args()
    for language, folder in save_pipelines(arguments.pack, arguments.out).items():
        print(f"{language}: {folder}")


if __name__ == "__main__":
    main()
