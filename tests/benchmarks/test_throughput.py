import gzip
from pathlib import Path

import pytest

from benchmarks.throughput import choose_texts, iter_texts


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text("很好\n\n不好\n", encoding="utf-8")
    with gzip.open(tmp_path / "b.csv.gz", "wt", encoding="utf-8") as file:
        file.write('label,text\n1,"一行\n两行"\n0,\n')
    (tmp_path / "notes.md").write_text("no review", encoding="utf-8")
    return tmp_path


def test_texts_come_from_all_files_of_a_folder(folder: Path):
    assert list(iter_texts(folder)) == ["很好", "不好", "一行\n两行"]


def test_the_choice_depends_on_the_texts_only(folder: Path):
    chosen = choose_texts(folder, limit=2, longest=2)

    assert sorted(chosen) == ["不好", "很好"]
    assert chosen == choose_texts(folder / "a.txt", limit=2, longest=2)


def test_a_folder_without_texts_is_said_to_be_so(tmp_path: Path):
    with pytest.raises(SystemExit, match="no text"):
        choose_texts(tmp_path, limit=1, longest=10)
