package dev.exchequer.operator.status;

/**
 * One condition as it is judged, without the time at which it changed.
 *
 * @param status True, False or Unknown
 * @param observedGeneration metadata.generation that was judged; of Programmed the generation that serves
 * @param reason one CamelCase word
 * @param message at most 4096 characters
 */
public record Verdict(String type, String status, long observedGeneration, String reason, String message) {
  public static final String ACCEPTED = "Accepted";
  public static final String RESOLVED_REFS = "ResolvedRefs";
  public static final String PROGRAMMED = "Programmed";
  public static final String READY = "Ready";

  static final String TRUE = "True";
  static final String FALSE = "False";
  static final String UNKNOWN = "Unknown";
  static final int LONGEST = 4096;

  public Verdict {
    message = message.length() <= LONGEST ? message : message.substring(0, LONGEST - 1) + "…";
  }

  boolean holds() {
    return status.equals(TRUE);
  }
}
