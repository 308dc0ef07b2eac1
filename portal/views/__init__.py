"""The upload pages' views: one module for each thing a person does."""
