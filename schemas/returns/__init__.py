"""The returns that come with the product: one module declares one."""
