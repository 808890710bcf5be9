"""上门评价: the pages of who was visited."""
