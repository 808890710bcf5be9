"""居民页面: entered by a code on the wall or by the receipt; and the print page of codes for staff."""
