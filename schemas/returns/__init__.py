"""The returns that come with the product: one declaration each."""
