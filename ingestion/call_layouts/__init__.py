"""The shapes in which call centres deliver their records; `layout` in config/sources.yml."""

from ingestion.call_layouts.connect_contact_lens import CONNECT_CONTACT_LENS
from ingestion.call_layouts.genesys import GENESYS
from ingestion.call_layouts.layout import CallLayout, UnfinishedFileError
from ingestion.call_layouts.plain import PLAIN

LAYOUTS: dict[str, CallLayout] = {
    "plain": PLAIN,
    "connect_contact_lens": CONNECT_CONTACT_LENS,
    "genesys": GENESYS,
}

__all__ = ["LAYOUTS", "CallLayout", "UnfinishedFileError"]
