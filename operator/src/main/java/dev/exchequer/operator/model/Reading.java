package dev.exchequer.operator.model;

import java.util.List;

/**
 * A consistent picture of everything that was written down.
 *
 * @param problems of files and documents that could not be read as objects; the others are there all the same
 * @param digest of the files' names and bytes: the same digest, the same reading
 */
public record Reading(List<Document> documents, List<Diagnostic> problems, String digest) {
  public Reading {
    documents = List.copyOf(documents);
    problems = List.copyOf(problems);
  }
}
