package dev.exchequer.crds;

/** Patterns of strings, in the dialect that Java and the API server (RE2) share. */
public final class Formats {
  /** Units with at most nine decimals; at most 9223372036, which a pattern cannot say. */
  public static final String MONEY = "^(0|[1-9][0-9]{0,9})(\\.[0-9]{1,9})?$";

  /** As in Gateway API (GEP-2257). */
  public static final String DURATION = "^([0-9]{1,5}(h|m|s|ms)){1,4}$";

  public static final String UNIT = "^[A-Z][A-Z0-9_]{1,15}$";

  /** A model name, or a prefix with a trailing "*". */
  public static final String MODEL_PATTERN = "^([A-Za-z0-9][A-Za-z0-9._:/@-]*\\*?|\\*)$";

  public static final String SHA256 = "^[0-9a-f]{64}$";

  /** Name of an object (RFC 1123 subdomain). */
  public static final String OBJECT_NAME = "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$";

  /** Name of a namespace, and of an item of a list (RFC 1123 label). */
  public static final String LABEL = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

  /** "name" or "namespace/name". */
  public static final String OBJECT_PATH = "^([a-z0-9]([-a-z0-9]*[a-z0-9])?/)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?$";

  /** Name of a label, with or without a prefix. */
  public static final String LABEL_KEY = "^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$";

  public static final String LABEL_VALUE = "^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$";

  public static final String SECRET_KEY = "^[-._a-zA-Z0-9]+$";

  public static final String BASE_URL = "^https?://[^\\s?#]+$";

  /** With a query, as some receivers want it. */
  public static final String WEBHOOK_URL = "^https?://[^\\s#]+$";

  /** A field name of HTTP (token of RFC 9110). */
  public static final String HEADER_NAME = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$";

  /** Printable ASCII: no line break can leave the value of a header. */
  public static final String HEADER_VALUE = "^[\\t -~]*$";

  private Formats() {}
}
