"""Answers: llama.cpp, chat templates, the prompt's budget, arms decoded together, proof of the weights."""
