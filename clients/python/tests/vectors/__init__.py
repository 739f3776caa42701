"""The runner of the vectors that all clients share."""
