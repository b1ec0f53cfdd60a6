"""Aspects of feedback by trained heads and word lists, usable without the warehouse."""

from nlp_jobs.aspects.reader import Aspect, AspectReader, list_readers

__all__ = ["Aspect", "AspectReader", "list_readers"]
