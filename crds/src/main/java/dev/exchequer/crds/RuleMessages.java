package dev.exchequer.crds;

/** The sentences that refuse a resource for a rule over several of its values; the API server and file mode say the same. */
public final class RuleMessages {
  public static final String BALANCE_TYPE_IMMUTABLE = "type is immutable";
  public static final String BALANCE_UNIT_IMMUTABLE = "unit is immutable";
  public static final String PROJECT_REF_IMMUTABLE = "projectRef is immutable";
  public static final String PRICE_SHEET_UNIT_IMMUTABLE = "unit is immutable";
  public static final String INITIAL_GRANTS_APPEND_ONLY = "initialGrants is append-only: grants may be added, never changed or removed";
  public static final String BALANCE_ROUTE_CLASSES = "routeClasses may only be Direct, Pool or Subscription: Byok and Free hops have no payer";
  public static final String CREDIT_PAYS_ONLY_DIRECT = "a Credit balance pays only Direct";
  public static final String CREDENTIAL_EXACTLY_ONE = "exactly one of secretRef, sha256 and generate is required";
  public static final String FALLBACK_STATUSES =
      "statuses may only be 401, 402, 403, 408, 409, 425, 429 and 500 to 599: other refusals are the caller's, another hop only burns money";
  public static final String WINDOW_PERIOD = "period is required with Calendar and Rolling";
  public static final String ROLLING_HAS_NO_FIRST_DAY = "anchorDay and timeZone are only for Calendar: a window that rolls has no first day";
  public static final String PER_POWER_OF_TEN = "per must be a power of ten from 1 to 1000000000";

  public static final String SELECTOR_ONLY_WITH_SELECTOR = "selector is required with from: Selector, and only with it";
  public static final String LABEL_VALUES = "values are required with In and NotIn, and only with them";

  private RuleMessages() {}
}
