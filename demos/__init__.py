"""The worked examples of five tutorials, figure by figure."""
