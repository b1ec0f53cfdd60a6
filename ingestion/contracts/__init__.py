"""What each record must look like: one model per entity, and the raw table it lands in."""

from ingestion.contracts.entities import (
    AGENTS,
    CALLS,
    CRM_ENTITIES,
    CUSTOMER_NOTES,
    CUSTOMERS,
    ENTITIES,
    IMPORTED_FEEDBACK,
    ORDERS,
    PRODUCTS,
    REVIEWS,
    STORES,
    SURVEY_RESPONSES,
    Entity,
    find_entity,
)
from ingestion.contracts.validation import (
    REASONS,
    ContractError,
    Problem,
    dump_extra,
    hash_row,
    validate,
)

__all__ = [
    "AGENTS",
    "CALLS",
    "CRM_ENTITIES",
    "CUSTOMERS",
    "CUSTOMER_NOTES",
    "ENTITIES",
    "IMPORTED_FEEDBACK",
    "ORDERS",
    "PRODUCTS",
    "REASONS",
    "REVIEWS",
    "STORES",
    "SURVEY_RESPONSES",
    "ContractError",
    "Entity",
    "Problem",
    "dump_extra",
    "find_entity",
    "hash_row",
    "validate",
]
