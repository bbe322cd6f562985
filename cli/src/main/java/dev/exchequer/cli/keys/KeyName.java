package dev.exchequer.cli.keys;

/** An ApiKey as a person names it. */
record KeyName(String namespace, String name) {

  /** @throws IllegalArgumentException with what to change, if it is neither NAME nor NAMESPACE/NAME */
  static KeyName of(String text) {
    String[] parts = text.split("/", -1);
    if (parts.length > 2) {
      throw new IllegalArgumentException("not an ApiKey: \"" + text + "\" (expected NAME or NAMESPACE/NAME)");
    }
    String namespace = parts.length == 2 ? parts[0] : "default";
    NewKey.check(namespace, "namespace");
    NewKey.check(parts[parts.length - 1], "name");
    return new KeyName(namespace, parts[parts.length - 1]);
  }

  static String credential(String text) {
    NewKey.check(text, "--credential");
    return text;
  }
}
