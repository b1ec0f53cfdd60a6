"""Superset's configuration: everything that differs between machines comes from the environment.

    SUPERSET_SECRET_KEY  required, 42 characters or more; encrypts the stored database password,
                         so the server and `bootstrap` must share it
    SUPERSET_META_URI    required, SQLAlchemy URI of Superset's own database
    SUPERSET_HOME        required, folder for caches and results
    SUPERSET_CACHE_DIR   caches, if not under SUPERSET_HOME
    SUPERSET_BEHIND_TLS  set to 1 behind a proxy that speaks TLS

No redis and no celery: the caches are files, shared by the workers of one host. Nothing is
fetched from other hosts, and the content security policy forbids it.
"""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml
from cachelib.file import FileSystemCache
from flask import Flask, Response, request
from superset.config import TALISMAN_CONFIG as SHIPPED_TALISMAN_CONFIG
from superset.config import THEME_DEFAULT as SHIPPED_THEME

_HERE = Path(__file__).resolve().parent
_PALETTE = yaml.safe_load((_HERE / "palette.yaml").read_text(encoding="utf-8"))
_CHINESE = yaml.safe_load((_HERE / "chinese.yaml").read_text(encoding="utf-8"))
_BEHIND_TLS = os.environ.get("SUPERSET_BEHIND_TLS") == "1"

# ---- secrets and storage
SECRET_KEY = os.environ["SUPERSET_SECRET_KEY"]
SQLALCHEMY_DATABASE_URI = os.environ["SUPERSET_META_URI"]
SQLALCHEMY_ENGINE_OPTIONS = {"pool_pre_ping": True}

_HOME = Path(os.environ["SUPERSET_HOME"])
_CACHE_DIR = Path(os.environ.get("SUPERSET_CACHE_DIR", _HOME / "cache"))


def _file_cache(name: str, seconds: int) -> dict[str, Any]:
    return {
        "CACHE_TYPE": "FileSystemCache",
        "CACHE_DIR": str(_CACHE_DIR / name),
        "CACHE_DEFAULT_TIMEOUT": seconds,
        "CACHE_THRESHOLD": 5000,
    }


CACHE_CONFIG = _file_cache("metadata", 3600)
# short: after a publication, a page must not mix the new night with the old one for long
DATA_CACHE_CONFIG = _file_cache("data", 60)
RESULTS_BACKEND = FileSystemCache(str(_CACHE_DIR / "results"))

# ---- what is switched on
FEATURE_FLAGS = {
    "DASHBOARD_RBAC": True,  # a dashboard is seen by the roles it names
    "ENABLE_TEMPLATE_PROCESSING": True,  # row rules may use {{ current_username() }}
    "RLS_IN_SQLLAB": True,  # else SQL Lab goes around the row rules
    "ESCAPE_MARKDOWN_HTML": True,
    "ALERT_REPORTS": False,
    "EMBEDDED_SUPERSET": False,
}
ROW_LIMIT = 10000
SQL_MAX_ROW = 50000
SUPERSET_WEBSERVER_TIMEOUT = 60
PREVENT_UNSAFE_DB_CONNECTIONS = True

# ---- security
WTF_CSRF_ENABLED = True
RATELIMIT_ENABLED = False  # needs a shared store; a proxy does this in production
AUTH_ROLE_PUBLIC = "Public"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _BEHIND_TLS
ENABLE_PROXY_FIX = _BEHIND_TLS
TALISMAN_ENABLED = True
TALISMAN_CONFIG = copy.deepcopy(SHIPPED_TALISMAN_CONFIG)
# the built frontend loads a telemetry pixel that no setting turns off: only this does
TALISMAN_CONFIG["content_security_policy"]["img-src"] = ["'self'", "blob:", "data:"]
TALISMAN_CONFIG["content_security_policy"]["connect-src"] = ["'self'"]

# ---- language and looks
APP_NAME = "客户之声 VoC"
BABEL_DEFAULT_LOCALE = "zh"
LANGUAGES = {
    "zh": {"flag": "cn", "name": "简体中文"},
    "en": {"flag": "us", "name": "English"},
}
CURRENCIES = ["CNY", "USD", "EUR"]
D3_TIME_FORMAT = _CHINESE["time_format"]

_LOGO = (
    "<svg xmlns='http://www.w3.org/2000/svg' width='148' height='28' viewBox='0 0 148 28'>"
    "<path d='M4 5h20a3 3 0 0 1 3 3v9a3 3 0 0 1-3 3H14l-6 5v-5H4a3 3 0 0 1-3-3V8a3 3 0 0 1 3-3z' "
    f"fill='{_PALETTE['colors']['main']}'/>"
    "<path d='M7 13h2m3-3v6m4-8v10m4-7v4' stroke='white' stroke-width='2' stroke-linecap='round'/>"
    "<text x='36' y='19' font-size='15' font-weight='600' fill='#24364F' "
    "font-family='Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif'>客户之声 VoC</text>"
    "</svg>"
)
THEME_DEFAULT = copy.deepcopy(SHIPPED_THEME)
THEME_DEFAULT["token"].update(
    {
        "brandAppName": APP_NAME,
        "brandLogoAlt": APP_NAME,
        "brandLogoUrl": f"data:image/svg+xml;utf8,{quote(_LOGO)}",
        "brandLogoHref": "/dashboard/list/",
        "brandIconMaxWidth": 148,
        "colorPrimary": _PALETTE["colors"]["main"],
        "colorLink": _PALETTE["colors"]["main"],
        "fontFamily": "Inter, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', Helvetica, "
        "Arial, sans-serif",
    }
)
THEME_DARK = None

EXTRA_CATEGORICAL_COLOR_SCHEMES = [
    {
        "id": "voc",
        "label": "客户之声 VoC",
        "description": "Colours by meaning, see palette.yaml",
        "isDefault": True,
        "colors": _PALETTE["categorical"],
    }
]
EXTRA_SEQUENTIAL_COLOR_SCHEMES = [
    {
        "id": "voc_diverging",
        "label": "差 → 好 bad → good",
        "description": "Red is bad, teal is good",
        "isDiverging": True,
        "colors": _PALETTE["diverging"],
    },
    {
        "id": "voc_sequential",
        "label": "少 → 多 little → much",
        "description": "The darker the more",
        "isDiverging": False,
        "colors": _PALETTE["sequential"],
    },
]


def FLASK_APP_MUTATOR(app: Flask) -> None:
    """Serve the Chinese texts with our corrections, also to the login page.

    Several shipped translations were matched by machine and say something else, and an anonymous
    visitor may not fetch them at all, which leaves the login page in English.
    """
    from superset.translations.utils import get_language_pack

    pack = copy.deepcopy(get_language_pack("zh"))
    texts = pack["locale_data"]["superset"]
    texts.update({english: [chinese] for english, chinese in _CHINESE["corrections"].items()})
    body = json.dumps(pack, ensure_ascii=False)

    @app.before_request
    def serve_chinese_texts() -> Response | None:
        if not request.path.rstrip("/").endswith("/superset/language_pack/zh"):
            return None
        headers = {"Cache-Control": "public, max-age=3600"}
        return Response(body, mimetype="application/json", headers=headers)
