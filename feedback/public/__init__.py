"""对外公开: pages of a community that anybody may read: closed matters and wishes, without a name in them."""
