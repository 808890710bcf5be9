"""公文: what stands on a paper (facts), in which form (forms, layouts), and its bytes (render, pdf). Writes nothing."""
