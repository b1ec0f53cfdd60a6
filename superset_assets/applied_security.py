"""security.yaml -> roles, dashboard access, row rules and users in Superset.

Every function needs Superset's application context. What stands here is in no bundle: Superset's
importer knows neither roles nor row rules.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

_MANAGED = "managed by code"  # marks the row rules that this module may delete

# besides Superset's own set for people who only look at dashboards
_VIEWER_EXTRAS = frozenset(
    {
        ("can_csv", "Superset"),
        ("can_language_pack", "Superset"),
        ("can_list", "Dashboard"),
        ("can_log", "Superset"),
        ("can_read", "Dataset"),
        ("can_recent_activity", "Log"),
        ("can_share_dashboard", "Superset"),
        ("can_userinfo", "UserDBModelView"),
        ("can_view_chart_as_table", "Dashboard"),
        ("can_write", "DashboardPermalinkRestApi"),
        ("menu_access", "Dashboards"),
    }
)


class SecurityError(RuntimeError):
    """security.yaml asks for something that does not exist here."""


def apply_security(path: Path, reset_passwords: bool = False) -> dict[str, int]:
    """Make Superset's access what the file says; return how many of each kind it holds."""
    from superset import db

    rules = yaml.safe_load(path.read_text(encoding="utf-8"))
    for name, role in rules["roles"].items():
        _apply_role(name, role)
    for slug, roles in rules["dashboards"].items():
        _open_dashboard(slug, roles)
    _apply_row_rules(rules["row_rules"])
    users = [_apply_user(user, reset_passwords) for user in rules["users"]]
    db.session.commit()
    return {
        "roles": len(rules["roles"]),
        "row_rules": len(rules["row_rules"]),
        "users": sum(users),
    }


def ensure_user(
    username: str, names: tuple[str, str], roles: Iterable[Any], password: str, reset: bool
) -> None:
    """Create the user, or bring its roles up to date.

    The password of an existing user stays: people change theirs. `reset` sets it again.
    """
    from superset import security_manager

    user = security_manager.find_user(username)
    if user is None:
        address = f"{username}@superset.invalid"  # Superset wants one; .invalid never resolves
        security_manager.add_user(username, *names, address, list(roles), password=password)
        return
    user.roles = list(roles)
    if reset:
        security_manager.reset_password(user.id, password)


def _datasets(wanted: str | list[str]) -> list[Any]:
    from superset import db
    from superset.connectors.sqla.models import SqlaTable

    managed = db.session.query(SqlaTable).filter(SqlaTable.is_managed_externally.is_(True)).all()
    if wanted == "all":
        return managed
    by_name = {f"{table.schema}.{table.table_name}": table for table in managed}
    if missing := set(wanted) - by_name.keys():
        raise SecurityError(f"unknown datasets: {sorted(missing)}")
    return [by_name[name] for name in wanted]


def _roles(names: Iterable[str]) -> list[Any]:
    from superset import security_manager

    found = {name: security_manager.find_role(name) for name in names}
    if missing := sorted(name for name, role in found.items() if role is None):
        raise SecurityError(f"unknown roles: {missing}")
    return list(found.values())


def _apply_role(name: str, wanted: Mapping[str, Any]) -> None:
    from superset import security_manager

    role = security_manager.find_role(name) or security_manager.add_role(name)
    permissions = set(_base_permissions(wanted["base"]))
    for dataset in _datasets(wanted["datasets"]):
        permissions.add(
            security_manager.add_permission_view_menu("datasource_access", dataset.perm)
        )
    role.permissions = list(permissions)


def _base_permissions(base: str) -> list[Any]:
    """`none`; `viewer` looks at dashboards; `explorer` also makes own charts (Superset's Gamma)."""
    from superset import security_manager

    if base == "none":
        return []
    if base == "explorer":
        return list(security_manager.find_role("Gamma").permissions)
    if base != "viewer":
        raise SecurityError(f"unknown base {base!r}: none, viewer or explorer")
    wanted = security_manager.PUBLIC_ROLE_PERMISSIONS | _VIEWER_EXTRAS
    found = [security_manager.find_permission_view_menu(*pair) for pair in sorted(wanted)]
    return [permission for permission in found if permission is not None]


def _open_dashboard(slug: str, roles: list[str]) -> None:
    from superset import db
    from superset.models.dashboard import Dashboard

    dashboard = db.session.query(Dashboard).filter_by(slug=slug).one_or_none()
    if dashboard is None:
        raise SecurityError(f"unknown dashboard: {slug}")
    dashboard.roles = _roles(roles)


def _apply_row_rules(rules: list[Mapping[str, Any]]) -> None:
    from superset import db
    from superset.connectors.sqla.models import RowLevelSecurityFilter

    query = db.session.query(RowLevelSecurityFilter)
    for rule in rules:
        stored = query.filter_by(name=rule["name"]).one_or_none()
        stored = stored or RowLevelSecurityFilter(name=rule["name"])
        stored.filter_type = rule["filter_type"]
        stored.clause = rule["clause"]
        stored.group_key = rule.get("group_key")
        stored.description = _MANAGED
        stored.tables = _datasets(rule["datasets"])
        stored.roles = _roles(rule["roles"])
        db.session.add(stored)
    kept = {rule["name"] for rule in rules}
    for stored in query.filter_by(description=_MANAGED).all():
        if stored.name not in kept:
            db.session.delete(stored)


def _apply_user(user: Mapping[str, Any], reset: bool) -> bool:
    """Create a user whose password the environment holds; without it the user is left out."""
    password = os.environ.get(user["password_env"])
    if not password:
        return False
    names = (user["first_name"], user["last_name"])
    ensure_user(user["username"], names, _roles(user["roles"]), password, reset)
    return True
