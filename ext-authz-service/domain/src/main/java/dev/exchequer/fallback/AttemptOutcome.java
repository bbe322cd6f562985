package dev.exchequer.fallback;

/** How a tried attempt ended. The text is what stands on receipts. */
public enum AttemptOutcome {
  COMPLETED("Completed"),
  PROVIDER_STATUS("ProviderStatus"),
  CONNECT_FAILURE("ConnectFailure"),
  FIRST_BYTE_TIMEOUT("FirstByteTimeout"),
  RESPONSE_TIMEOUT("ResponseTimeout"),
  UNREADABLE("Unreadable"),
  EMPTY_ERROR("EmptyError"),
  STREAM_BROKEN("StreamBroken"),
  CLIENT_GONE("ClientGone"),
  IN_DOUBT("InDoubt");

  private final String text;

  AttemptOutcome(String text) {
    this.text = text;
  }

  public String text() {
    return text;
  }
}
