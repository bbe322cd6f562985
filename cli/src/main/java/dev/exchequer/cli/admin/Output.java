package dev.exchequer.cli.admin;

/** What {@code -o} takes. */
public enum Output {
  table, json
}
