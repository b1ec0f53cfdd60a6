"""Outlets' own pages over real HTTP: robots.txt, cache, redirects, changed markup."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ingestion.errors import SourceError
from ingestion.registry import load_source
from tests.ingestion.scripted_server import Answer, Asked, ScriptedServer, running
from tests.ingestion.source_settings import NO_WAITING, with_sources
from tests.ingestion.test_schema_org_markup import make_page, make_review


class Site(ScriptedServer):
    """Pages by path with an ETag, and a robots.txt."""

    def __init__(self) -> None:
        self.robots = Answer("", 404)
        self.pages: dict[str, str] = {}
        super().__init__(self.answer_page)

    def answer_page(self, asked: Asked) -> Answer:
        if asked.path == "/robots.txt":
            return self.robots
        page = self.pages.get(asked.path)
        if page is None:
            return Answer("gone", 404)
        etag = f'"{hash(page)}"'
        if asked.headers.get("If-None-Match") == etag:
            return Answer("", 304, {"ETag": etag})
        return Answer(page, 200, {"ETag": etag, "Content-Type": "text/html; charset=utf-8"})

    def asked_paths(self) -> list[str]:
        return [asked.path for asked in self.requests]


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site()
    with running(server):
        server.pages = {
            "/one": make_page([make_review(), make_review(author="路人", reviewBody="还行")]),
            "/two": make_page(make_review(author="邻居", reviewBody="一般")),
        }
        yield server


@pytest.fixture
def configure(settings, site, tmp_path):
    def make(**options):
        return with_sources(
            settings,
            tmp_path,
            outlet_pages={
                "connector": "reviews_schema_org",
                "site": "example_site",
                "contact": "https://example.com/contact",
                "overlap_minutes": 0,
                "seconds_between_requests": 0,
                "retry": NO_WAITING,
                "outlets": {
                    f"{site.address}/one": {"store_id": "S1", "city": "杭州"},
                    f"{site.address}/two": {"subject": "rival_a"},
                },
                **options,
            },
        )

    return make


def test_reviews_land_with_the_outlet_that_the_page_is_of(configure, site, warehouse):
    report = load_source(configure(), "outlet_pages")

    assert report.rows_landed == 3
    assert warehouse.rows(
        "select author, outlet_id, subject, city, rating::int "
        "from raw_reviews.reviews order by author"
    ) == [
        ("吃货", "S1", "us", "杭州", 4),
        ("路人", "S1", "us", "杭州", 4),
        ("邻居", None, "rival_a", None, 4),
    ]


def test_we_say_who_we_are(configure, site):
    load_source(configure(), "outlet_pages")

    assert {asked.headers["User-Agent"] for asked in site.requests} == {
        "voc-warehouse/1.0 (+https://example.com/contact)"
    }


def test_what_robots_txt_forbids_is_not_read(configure, site, warehouse):
    site.robots = Answer("User-agent: *\nDisallow: /one\n")

    with pytest.raises(SourceError, match=r"/one.*robots\.txt does not allow"):
        load_source(configure(), "outlet_pages")

    assert site.asked_paths() == ["/robots.txt", "/two"]
    assert warehouse.value("select count(*) from raw_reviews.reviews") == 1


def test_without_its_rules_a_site_is_not_read(configure, site):
    site.robots = Answer("", 500)

    with pytest.raises(SourceError, match="2 of 2 outlets"):
        load_source(configure(), "outlet_pages")

    assert set(site.asked_paths()) == {"/robots.txt"}


def test_a_crawl_delay_is_kept(configure, site):
    import time

    site.robots = Answer("User-agent: *\nCrawl-delay: 0.4\n")
    started = time.monotonic()

    load_source(configure(), "outlet_pages")

    assert time.monotonic() - started > 0.4


def test_an_unchanged_page_is_not_sent_again_until_asked_in_full(configure, site, warehouse):
    settings = configure()
    load_source(settings, "outlet_pages")

    again = load_source(settings, "outlet_pages")
    full = load_source(settings, "outlet_pages", full=True)

    assert again.rows_read == 0
    assert full.rows_read == 3
    assert warehouse.value("select count(*) from raw_reviews.reviews") == 3


def test_a_page_mapped_to_another_store_is_read_anew(configure, site, warehouse):
    load_source(configure(), "outlet_pages")
    moved = configure(outlets={f"{site.address}/one": {"store_id": "S9"}})

    load_source(moved, "outlet_pages")

    assert warehouse.rows(
        "select distinct outlet_id from raw_reviews.reviews where details ->> 'page' like '%/one'"
    ) == [("S9",)]


def test_a_page_that_fails_is_read_by_the_next_load(configure, site, warehouse):
    settings = configure()
    site.faults = [None, *[Answer("", 503)] * 3]

    with pytest.raises(SourceError, match=r"/one.*503"):
        load_source(settings, "outlet_pages")

    assert warehouse.value("select count(*) from raw_reviews.reviews") == 1
    assert load_source(settings, "outlet_pages").rows_landed == 2


def test_a_page_cut_short_is_asked_for_again(configure, site):
    site.faults = [None, Answer(site.pages["/one"], is_cut=True)]

    assert load_source(configure(), "outlet_pages").rows_landed == 3


def test_markup_that_is_gone_is_an_error_and_marks_nothing(configure, site, warehouse):
    settings = configure(lists_all=True)
    load_source(settings, "outlet_pages")
    site.pages["/one"] = "<html><body>一家店</body></html>"

    with pytest.raises(SourceError, match=r"/one.*shows no review markup any more"):
        load_source(settings, "outlet_pages")

    assert (
        warehouse.value("select count(*) from raw_reviews.reviews where _deleted_at is not null")
        == 0
    )


@pytest.mark.parametrize(("lists_all", "marked"), [(True, 1), (False, 0)])
def test_a_review_gone_from_a_page_that_lists_all_is_withdrawn(
    configure, site, warehouse, lists_all, marked
):
    settings = configure(lists_all=lists_all)
    load_source(settings, "outlet_pages")
    site.pages["/one"] = make_page(make_review())

    load_source(settings, "outlet_pages")

    assert (
        warehouse.value("select count(*) from raw_reviews.reviews where _deleted_at is not null")
        == marked
    )


def test_a_redirect_is_followed_as_far_as_robots_txt_allows(configure, site, warehouse):
    site.robots = Answer("User-agent: *\nDisallow: /private\n")
    site.faults = [None, Answer("", 301, {"Location": "/two"}), None, None]
    load_source(configure(), "outlet_pages")
    site.faults = [None, Answer("", 302, {"Location": "/private"})]

    with pytest.raises(SourceError, match=r"private.*robots\.txt"):
        load_source(configure(), "outlet_pages", full=True)

    assert "/private" not in site.asked_paths()
