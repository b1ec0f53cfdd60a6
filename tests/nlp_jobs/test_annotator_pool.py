import pytest

from nlp_jobs.annotate import Annotator, Feedback
from nlp_jobs.annotator_pool import AnnotatorPool

TEXTS = ("送货很快，但是客服态度很差", "", "The parcel came late", "打13800138000找王芳", "🙂")


def make_feedback(count: int) -> list[Feedback]:
    return [
        Feedback(f"k{number}", TEXTS[number % len(TEXTS)], None, f"h{number}", "reviews")
        for number in range(count)
    ]


def test_workers_give_the_rows_of_one_annotator_in_order(annotator: Annotator):
    feedback = make_feedback(1200)  # two chunks

    with AnnotatorPool("retail", names=["王芳"], workers=2) as pool:
        labelled = list(pool.annotate_many(iter(feedback)))

    assert labelled == list(annotator.annotate_many(feedback))


def test_a_pool_without_workers_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        AnnotatorPool(workers=0)
