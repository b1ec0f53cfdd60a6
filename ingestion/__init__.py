"""Sources and files -> raw_*: contracts, quarantine, landing; one module per source."""
