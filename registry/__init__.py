"""The reference registry: the other end of the contract."""
