"""What made the resources and the documents: programs for developers, not part of what runs."""
