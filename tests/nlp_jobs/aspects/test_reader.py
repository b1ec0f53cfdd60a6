from __future__ import annotations

from pathlib import Path

import pytest

from nlp_jobs.aspects import AspectReader, list_readers
from nlp_jobs.heads import MODEL_DIR


def labels_of(reader: AspectReader, text: str) -> dict[str, int | None]:
    [aspects] = reader.read([text])
    return {aspect.label: aspect.polarity for aspect in aspects}


def test_cars() -> None:
    reader = AspectReader("automotive_zh")

    assert len(reader.labels) == 10
    assert "油耗" in labels_of(reader, "市区开百公里要十二个油，太费油了")
    assert "油耗" not in labels_of(reader, "内饰做工粗糙，后排空间倒是很大")
    assert {"内饰", "空间"} <= set(labels_of(reader, "内饰做工粗糙，后排空间倒是很大"))


def test_goods() -> None:
    reader = AspectReader("ecommerce_zh")

    assert len(reader.labels) == 13
    found = labels_of(reader, "快递三天就到了，味道很好闻，价格也便宜")
    assert {"物流", "气味", "价格"} <= set(found)
    assert found["物流"] == 1


def test_restaurants_with_polarity_per_aspect() -> None:
    reader = AspectReader("restaurant_zh")

    assert len(reader.labels) == 18
    found = labels_of(reader, "菜很好吃，服务员特别热情。可惜上菜太慢，等了一个小时，店里又吵。")
    assert "Food#Taste" in found
    assert found["Service#Hospitality"] == 1
    assert found["Service#Timely"] == -1
    assert found["Ambience#Noise"] == -1
    assert "Service#Parking" not in found


def test_confidences_fall_and_texts_keep_their_order() -> None:
    reader = AspectReader("restaurant_zh")

    first, second = reader.read(["停车很方便", "卫生间很脏，桌子也油腻腻的"])

    assert [aspect.label for aspect in first][:1] == ["Service#Parking"]
    assert "Ambience#Sanitary" in {aspect.label for aspect in second}
    confidences = [aspect.confidence for aspect in second]
    assert confidences == sorted(confidences, reverse=True)


@pytest.mark.parametrize("name", ["automotive_zh", "ecommerce_zh", "restaurant_zh"])
def test_polarity_is_given_for_any_label(name: str) -> None:
    reader = AspectReader(name)
    labels = [*reader.labels, *reader.labels]
    texts = ["这个真不错，很满意"] * len(reader.labels) + ["太差了，很失望"] * len(reader.labels)

    aspects = reader.read_polarity(texts, labels)

    assert [aspect.label for aspect in aspects] == labels
    assert {aspect.polarity for aspect in aspects} <= {-1, 0, 1}
    assert reader.read([]) == [] == reader.read_polarity([], [])


def test_traditional_characters_are_read_as_simplified_ones() -> None:
    reader = AspectReader("restaurant_zh")
    assert reader.read(["環境很安靜，停車方便"]) == reader.read(["环境很安静，停车方便"])


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ValueError, match="no aspect reader 'boats'; there are automotive_zh"):
        AspectReader("boats")
    with pytest.raises(ValueError, match="knows no aspect 气味"):
        AspectReader("automotive_zh").read_polarity(["好"], ["气味"])


def test_all_weights_together_stay_small() -> None:
    assert {"automotive_zh", "ecommerce_zh", "restaurant_zh"} <= set(list_readers())
    assert sum(path.stat().st_size for path in Path(MODEL_DIR).glob("aspects_*.npz")) < 4_000_000
