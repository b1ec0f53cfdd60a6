"""Exports of survey tools: one module per tool."""

from ingestion.survey_layouts.layout import NotThisLayoutError, SurveyLayout, parse_export
from ingestion.survey_layouts.qualtrics import QualtricsLayout
from ingestion.survey_layouts.wjx import WjxLayout

LAYOUTS: dict[str, SurveyLayout] = {"wjx": WjxLayout(), "qualtrics": QualtricsLayout()}

__all__ = ["LAYOUTS", "NotThisLayoutError", "SurveyLayout", "parse_export"]
