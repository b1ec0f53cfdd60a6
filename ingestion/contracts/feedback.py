"""Contracts of what customers say: calls, reviews, survey responses, imported feedback."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ingestion.contracts.fields import (
    ColumnType,
    Count,
    Flag,
    Identifier,
    OptionalCount,
    OptionalFlag,
    OptionalIdentifier,
    OptionalNumber,
    OptionalText,
    OptionalTimestamp,
    Record,
    Text,
    Timestamp,
    refuse,
    within,
)


class Turn(BaseModel):
    """One turn of a dialogue; seconds from its start when the recording knows them."""

    model_config = ConfigDict(extra="allow")

    speaker: Literal["customer", "agent"]
    start_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    text: Text | None = None


class Transfer(BaseModel):
    """One hand-over of a call between teams."""

    model_config = ConfigDict(extra="allow")

    at: Timestamp
    from_team: Text | None = None
    to_team: Text | None = None


Turns = Annotated[list[Turn], ColumnType("jsonb")]
Transfers = Annotated[list[Transfer], ColumnType("jsonb")]
NpsScore = Annotated[OptionalCount, within(0, 10)]


def check_rating(rating: Decimal | None, rating_scale: Decimal | None) -> None:
    """Refuse a rating without its scale or outside it."""
    if rating is None:
        return
    if rating_scale is None:
        raise refuse("rating_scale", "missing_field", "a rating needs its scale")
    if not 0 <= rating <= rating_scale:
        raise refuse("rating", "out_of_range", f"{rating} is not within 0 to {rating_scale}")


class Call(Record):
    """One call with the hotline, turn by turn."""

    call_id: Identifier
    customer_id: OptionalIdentifier = None
    agent_id: OptionalIdentifier = None
    store_id: OptionalIdentifier = None
    order_id: OptionalIdentifier = None
    direction: OptionalText = None
    started_at: Timestamp
    ended_at: OptionalTimestamp = None
    transfers: Annotated[Transfers, Field(default_factory=list)]
    turns: Turns
    # what the call centre's own analysis found: kept apart from our labels
    source_metadata: Annotated[dict[str, Any], ColumnType("jsonb"), Field(default_factory=dict)]
    file_name: OptionalText = None
    updated_at: Timestamp

    @model_validator(mode="after")
    def check_call(self) -> Self:
        """Somebody must have said something, and a call ends after it starts."""
        if not any(turn.text and turn.text.strip() for turn in self.turns):
            raise refuse("turns", "empty_feedback", "no turn has text")
        if self.ended_at is not None and self.ended_at < self.started_at:
            raise refuse("ended_at", "bad_date", "the call ends before it starts")
        return self


class Review(Record):
    """One public review of an outlet of ours or of a competitor.

    `brand` is ours to say (config/sources.yml); `details` is what only one site tells.
    """

    review_id: Identifier
    site: OptionalText = None
    outlet_id: OptionalIdentifier = None
    subject: OptionalIdentifier = None
    author: OptionalText = None
    rating: OptionalNumber = None
    rating_scale: Annotated[OptionalNumber, within(1)] = None
    title: OptionalText = None
    text: OptionalText = None
    product_id: OptionalIdentifier = None
    city: OptionalText = None
    url: OptionalText = None
    posted_at: Timestamp
    updated_at: Timestamp
    brand: OptionalText = None
    details: Annotated[dict[str, Any] | None, ColumnType("jsonb")] = None

    @model_validator(mode="after")
    def check_review(self) -> Self:
        """A review has words or stars, and the stars fit their scale."""
        check_rating(self.rating, self.rating_scale)
        if self.rating is None and self.text is None and self.title is None:
            raise refuse("text", "empty_feedback", "neither text nor rating")
        return self


class SurveyResponse(Record):
    """One answered questionnaire: NPS 0-10, CSAT 1-5, CES 1-7, a comment.

    `is_preview`: filled in by its makers, to try it. `is_finished`: answered to the end. Null
    where the tool does not tell. `details` has the answers to all other questions.
    """

    response_id: Identifier
    customer_id: OptionalIdentifier = None
    survey_slug: OptionalIdentifier = None
    channel: OptionalText = None
    nps: NpsScore = None
    csat: Annotated[OptionalNumber, within(1, 5)] = None
    ces: Annotated[OptionalNumber, within(1, 7)] = None
    comment: OptionalText = None
    order_id: OptionalIdentifier = None
    store_id: OptionalIdentifier = None
    agent_id: OptionalIdentifier = None
    submitted_at: Timestamp
    updated_at: Timestamp
    is_preview: OptionalFlag = None
    is_finished: OptionalFlag = None
    details: Annotated[dict[str, Any] | None, ColumnType("jsonb")] = None

    @model_validator(mode="after")
    def check_answered(self) -> Self:
        """A response without any answer is none."""
        if self.nps is None and self.csat is None and self.ces is None and self.comment is None:
            raise refuse("comment", "empty_feedback", "neither text nor any score")
        return self


class ImportedFeedback(Record):
    """One piece of feedback from a file, already in the words of the feedback contract.

    `occurred_at` is null when the file has no dates. `import_id` and the two file columns say
    which import wrote the row last.
    """

    source_slug: Identifier
    source_record_id: Identifier
    channel_slug: Identifier
    is_solicited: Flag
    occurred_at: OptionalTimestamp = None
    received_at: OptionalTimestamp = None
    customer_ref: OptionalIdentifier = None
    author_ref: OptionalIdentifier = None
    agent_ref: OptionalIdentifier = None
    store_ref: OptionalIdentifier = None
    product_ref: OptionalIdentifier = None
    order_ref: OptionalIdentifier = None
    city: OptionalText = None
    url: OptionalText = None
    subject_slug: OptionalIdentifier = None
    rating: OptionalNumber = None
    rating_scale: Annotated[OptionalNumber, within(1)] = None
    nps_score: NpsScore = None
    csat_score: Annotated[OptionalNumber, within(1, 5)] = None
    ces_score: Annotated[OptionalNumber, within(1, 7)] = None
    text: OptionalText = None
    turns: Annotated[list[Turn] | None, ColumnType("jsonb")] = None
    source_metadata: Annotated[dict[str, Any], ColumnType("jsonb"), Field(default_factory=dict)]
    file_name: OptionalText = None
    file_row: Annotated[Count | None, ColumnType("integer")] = None
    import_id: OptionalText = None

    @model_validator(mode="after")
    def check_feedback(self) -> Self:
        """Feedback has words or a score, and a rating fits its scale."""
        check_rating(self.rating, self.rating_scale)
        said = self.text is not None or any(
            turn.text and turn.text.strip() for turn in self.turns or []
        )
        scores = (self.rating, self.nps_score, self.csat_score, self.ces_score)
        if not said and all(score is None for score in scores):
            field = "turns" if self.turns is not None else "text"
            raise refuse(field, "empty_feedback", "neither text nor any score")
        return self
