"""数字: what each case counts for, kept in step with its history, and the figures made of it (domain §5)."""
