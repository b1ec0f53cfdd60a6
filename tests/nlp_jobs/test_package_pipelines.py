"""A saved pipeline loads in a process that imports nothing of ours."""

import subprocess
import sys
from pathlib import Path

import pytest

from nlp_jobs.lexicons.language import LANGUAGES
from nlp_jobs.package_pipelines import save_pipelines

TEXTS = {
    "zh": "物流特别快，可是包装全烂了",
    "en": "Delivery was quick, but the packaging was damaged",
}
SCRIPT = """
import sys, spacy
nlp = spacy.load(sys.argv[1])
doc = nlp(sys.argv[2])
print(len(doc.spans["units"]), *(unit.touchpoint_slug for unit in doc._.opinion_units))
"""


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return save_pipelines("retail", tmp_path_factory.mktemp("pipelines"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_plain_spacy_loads_a_saved_pipeline(
    folders: dict[str, Path], language: str, tmp_path: Path
):
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folders[language]), TEXTS[language]],
        cwd=tmp_path,  # not the project's folder: the pipes must come by the entry points
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == ["2", "delivery", "packaging"]
