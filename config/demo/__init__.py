"""演示: the four matters of 2023 and a fortnight of invented ones, played through the real actions on a scripted clock."""
