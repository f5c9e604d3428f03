"""Real input that nobody here wrote: real filings, odd documents, a real style corpus, a real pretrained model."""
