"""Text in, annotations out. Needs onnxruntime and tokenizers only."""
