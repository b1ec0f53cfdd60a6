"""Who may see what: every dashboard is opened by name, every row is denied by default."""

from __future__ import annotations

import pytest
import yaml

from superset_assets.sources import SOURCES_DIR


@pytest.fixture(scope="module")
def security() -> dict:
    return yaml.safe_load((SOURCES_DIR / "security.yaml").read_text(encoding="utf-8"))


def test_every_dashboard_is_opened_to_known_roles(security, sources):
    assert security["dashboards"].keys() == sources.dashboards.keys()
    for roles in security["dashboards"].values():
        assert roles
        assert set(roles) <= security["roles"].keys()


def test_everything_is_denied_but_to_the_admin_and_to_scopes(security):
    deny = security["row_rules"][0]

    assert (deny["filter_type"], deny["datasets"]) == ("Base", "all")
    assert deny["clause"] == "1 = 0"
    for role in deny["roles"]:
        assert role == "Admin" or role.startswith("cx_scope_")


def test_every_role_of_a_rule_or_a_person_exists(security):
    known = security["roles"].keys() | {"Admin"}
    for entry in [*security["row_rules"], *security["users"]]:
        assert set(entry["roles"]) <= known


def test_no_password_stands_in_the_file(security):
    for user in security["users"]:
        assert "password" not in user
        assert user["password_env"].startswith("SUPERSET_")
