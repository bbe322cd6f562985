package dev.exchequer.crds;

/** Names that all kinds share. */
public final class Api {
  public static final String GROUP = "exchequer.dev";
  public static final String VERSION = "v1alpha1";
  public static final String CATEGORY = "exchequer";

  private Api() {}
}
