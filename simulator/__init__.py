"""A simulated omnichannel retailer: source systems with real protocols, and the known truth."""
