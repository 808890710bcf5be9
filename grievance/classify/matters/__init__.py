"""同一件事: which earlier matters a message seems to be about; offered to people, who join or merge."""
