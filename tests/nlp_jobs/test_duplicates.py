"""Clusters on a real PostgreSQL: the same whatever the order, touched only where things changed."""

from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import psycopg
import pytest

from nlp_jobs.bursts import Saying, find_burst
from nlp_jobs.duplicates import mark_duplicates, write_signatures
from warehouse.settings import Settings

VERSION = "voc-test"
BASES = [
    "前天买的洗碗机今天送到了，安装的人很仔细，厨房也收拾干净了，就是等得久了点",
    "电饭煲用了半年内胆就掉漆，去店里问说不保修，当初买的时候可不是这么说的",
    "排队四十分钟才轮到我结账，收银只开了一个口，旁边三个人站着聊天",
    "空调开一晚上房间还是闷，遥控器的按键也不灵，打算退掉换别家的试试",
    "the sofa arrived with a torn cover and nobody has answered my three letters since then",
]
STOCK_PHRASE = "很好，满意"
START = datetime(2026, 3, 1, 10, tzinfo=ZoneInfo("UTC"))


def edit(text: str, random: Random) -> str:
    """One or two characters changed, a sign added."""
    for _ in range(random.randint(1, 2)):
        place = random.randrange(len(text) - 1)
        text = text[:place] + random.choice("的了呢x") + text[place + 1 :]
    return text + random.choice(["", "！", "😀"])


def make_corpus() -> list[tuple[str, str]]:
    """(feedback_key, text) in a mixed order: five families of near copies, singles, phrases."""
    random = Random(7)
    texts = [edit(base, random) for base in BASES for _ in range(6)]
    texts += [BASES[0]] * 4
    texts += [
        f"{number}号桌等了很久，{'菜汤饭面茶'[number % 5]}都凉了，没有人来解释一句，{number}"
        for number in range(5)
    ]
    texts += [STOCK_PHRASE] * 8
    random.shuffle(texts)
    return [(f"k{number:03d}", text) for number, text in enumerate(texts)]


@pytest.fixture(scope="module")
def url(database: Settings) -> str:
    with psycopg.connect(database.database_url("voc_admin"), autocommit=True) as connection:
        connection.execute(
            """
            create table intermediate.int_feedback (
                feedback_key text primary key, occurred_at timestamptz, author_ref text,
                customer_ref text
            )
            """
        )
        connection.execute("grant select on intermediate.int_feedback to voc_nlp")
    return database.database_url("voc_nlp"), database.database_url("voc_admin")


@pytest.fixture
def connection(url: tuple[str, str]):
    """The NLP role's connection to empty tables; steps are committed one by one."""
    with psycopg.connect(url[1], autocommit=True) as admin:
        admin.execute("truncate intermediate.int_feedback, nlp.documents cascade")
    with psycopg.connect(url[0]) as connection:
        connection.admin_url = url[1]
        yield connection


def load(connection, texts: list[tuple[str, str]], *, days_apart: float = 30, signed: bool = True):
    """Documents with signatures, each said by another author `days_apart` after the one before."""
    said = [(key, START + timedelta(days=days_apart * int(key[1:])), key) for key, _ in texts]
    with psycopg.connect(connection.admin_url) as admin, admin.cursor() as cursor:
        cursor.executemany("insert into intermediate.int_feedback values (%s, %s, %s)", said)
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            insert into nlp.documents
                (feedback_key, text_hash, pipeline_version, source_slug, language, script,
                is_relevant, redacted_text)
            values (%s, 'h', %s, 'reviews', 'zh', 'hans', true, %s)
            """,
            [(key, VERSION, text) for key, text in texts],
        )
    if signed:
        write_signatures(connection, VERSION, texts)


def night(connection, texts=(), **options) -> int:
    load(connection, list(texts), **options)
    changed = mark_duplicates(connection, VERSION)
    connection.commit()
    return changed


def state(connection) -> list[tuple]:
    rows = connection.execute(
        """
        select feedback_key, duplicate_cluster_key, round(dedup_weight::numeric, 9), is_burst
        from nlp.documents order by feedback_key
        """
    ).fetchall()
    connection.commit()
    return rows


def test_families_become_clusters_and_others_stay_alone(connection):
    corpus = make_corpus()

    night(connection, corpus)

    clusters: dict[str, set[str]] = {}
    for key, cluster, weight, _ in state(connection):
        clusters.setdefault(cluster, set()).add(dict(corpus)[key])
        assert weight == 1 if cluster is None else weight < 1
    alone = clusters.pop(None)
    assert STOCK_PHRASE in alone and len([text for text in alone if "号桌" in text]) == 5
    assert len(clusters) == len(BASES)
    assert connection.execute(
        "select sum(dedup_weight) from nlp.documents where duplicate_cluster_key is not null"
    ).fetchone()[0] == pytest.approx(len(BASES))


def test_one_load_and_five_nights_give_the_same_clusters(connection):
    corpus = make_corpus()
    night(connection, corpus)
    at_once = state(connection)
    with psycopg.connect(connection.admin_url, autocommit=True) as admin:
        admin.execute("truncate intermediate.int_feedback, nlp.documents cascade")

    for start in (40, 30, 20, 10, 0):
        night(
            connection,
            [
                row
                for row in corpus
                if start <= int(row[0][1:]) < start + 10 or (start == 40 and int(row[0][1:]) >= 50)
            ],
        )

    assert state(connection) == at_once


def test_a_night_without_news_changes_nothing(connection):
    night(connection, make_corpus())
    before = state(connection)

    assert night(connection) == 0
    assert state(connection) == before


def test_a_cluster_that_loses_its_bridge_falls_apart(connection):
    first = "".join(chr(0x4E00 + place) for place in range(40))
    bridge, last = first[8:] + "甲乙丙丁戊己庚辛", first[16:] + "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳"
    night(connection, [("k1", first), ("k2", bridge), ("k3", last)])
    assert len({row[1] for row in state(connection)}) == 1

    connection.execute("delete from nlp.documents where feedback_key = 'k2'")
    night(connection)

    assert [row[1:3] for row in state(connection)] == [(None, 1), (None, 1)]


def test_a_new_copy_joins_and_weights_follow(connection):
    night(connection, [("k1", BASES[0]), ("k2", BASES[1])])

    changed = night(connection, [("k3", BASES[0].replace("今天", "刚刚"))])

    rows = state(connection)
    assert changed == 2
    assert rows[0][1] == rows[2][1] is not None and rows[0][2] == rows[2][2] == 0.5
    assert rows[1][1] is None


def test_documents_without_signatures_are_signed(connection):
    load(connection, [("k1", BASES[0]), ("k2", BASES[0])], signed=False)

    mark_duplicates(connection, VERSION)

    assert {row[2] for row in state(connection)} == {0.5}


def test_signatures_leave_with_another_version(connection):
    night(connection, [("k1", BASES[0])])

    mark_duplicates(connection, "voc-next")

    assert connection.execute("select count(*) from nlp.text_signatures").fetchone() == (0,)


def test_a_burst_is_marked_and_stays(connection):
    night(
        connection,
        [(f"k{n}", BASES[2] + end) for n, end in enumerate("哦啊呀呢吧嘛啦哈")],
        days_apart=0.05,
    )

    assert {row[3] for row in state(connection)} == {True}
    assert connection.execute("select count(*) from nlp.documents").fetchone() == (8,)


def test_near_copies_over_months_are_no_burst(connection):
    night(
        connection,
        [(f"k{n}", BASES[2] + end) for n, end in enumerate("哦啊呀呢吧嘛啦哈")],
        days_apart=20,
    )

    assert {row[3] for row in state(connection)} == {False}


def test_a_burst_of_a_short_phrase_is_weighed_down_and_released(connection):
    usual = [(f"k{n}", f"第{n}次来") for n in range(1200)]
    burst = [(f"k{n}", STOCK_PHRASE) for n in range(3000, 3030)]
    load(connection, usual, days_apart=0.1)
    night(connection, burst, days_apart=0.001)
    rows = [row for row in state(connection) if row[3]]
    assert len(rows) == 30 and sum(row[2] for row in rows) == pytest.approx(1)

    connection.execute("delete from nlp.documents where feedback_key like 'k300%%'")
    night(connection)
    rows = [row for row in state(connection) if row[1] and row[1].startswith("burst")]
    assert len(rows) == 20

    connection.execute("delete from nlp.documents where feedback_key like 'k301%%'")
    night(connection)
    assert not [row for row in state(connection) if row[3] or row[1]]


def sayings(per_day: dict[int, int]) -> list[Saying]:
    return [
        Saying(f"{day}-{number}", f"author {day}-{number}", date(2026, 1, 1) + timedelta(days=day))
        for day, count in per_day.items()
        for number in range(count)
    ]


@pytest.mark.parametrize(
    ("per_day", "volume", "is_short", "size"),
    [
        ({40: 30}, 100, True, 30),  # out of nothing
        (dict.fromkeys(range(90), 12), 100, True, 0),  # an everyday phrase
        (dict.fromkeys(range(90), 12) | {40: 90}, 100, True, 102 + 12),  # and a flood of it
        ({40: 6}, 100, False, 6),
        ({40: 4}, 100, False, 0),  # too few
    ],
)
def test_bursts_stand_out_from_the_usual(per_day, volume, is_short, size):
    volumes = {date(2026, 1, 1) + timedelta(days=day): volume for day in range(90)}

    found = find_burst(sayings(per_day), volumes, is_short=is_short)

    assert (len(found) >= size > 0) or (size == 0 and not found)


def test_a_busy_day_alone_is_no_burst():
    volumes = {date(2026, 1, 1) + timedelta(days=day): 100 for day in range(90)}
    volumes[date(2026, 1, 1) + timedelta(days=40)] = 3000
    spread = dict.fromkeys(range(90), 2) | {40: 60}

    assert find_burst(sayings(spread), volumes, is_short=True) == []


def test_one_author_makes_no_burst():
    volumes = {date(2026, 1, 1) + timedelta(days=day): 100 for day in range(90)}
    alone = [Saying(str(number), "same", date(2026, 2, 1)) for number in range(50)]

    assert find_burst(alone, volumes, is_short=False) == []
