package dev.exchequer.operator.model;

import dev.exchequer.identity.ObjectName;
import java.util.Optional;

/** What an ApiKey's credential comes to. */
public final class Credentials {
  /** Where in its Secret a generated key stands. */
  public static final String GENERATED_FIELD = "apiKey";

  private Credentials() {}

  /** Lower-case hex SHA-256 of the key as the client sends it; empty if the secret cannot be had. */
  public static Optional<String> sha256(Spec credential, ObjectName owner, Secrets secrets) {
    if (credential.has("sha256")) {
      return Optional.of(credential.text("sha256"));
    }
    return lookup(credential, owner, secrets) instanceof Secrets.Lookup.Found found
        ? Optional.of(Sha256.hex(found.value().reveal()))
        : Optional.empty();
  }

  /** The Secret that the credential leaves to the operator; empty if it leaves none. */
  public static Optional<ObjectName> generated(Spec credential, ObjectName owner) {
    String name = credential.part("generate").text("secretName");
    return name.isEmpty() || name.contains("/") ? Optional.empty() : Optional.of(new ObjectName(owner.namespace(), name));
  }

  /** The key, from the Secret that the credential names or leaves to the operator. */
  public static Secrets.Lookup lookup(Spec credential, ObjectName owner, Secrets secrets) {
    return generated(credential, owner)
        .map(name -> secrets.find(name, GENERATED_FIELD))
        .orElseGet(() -> secret(credential, "secretRef", owner, secrets));
  }

  /** Follows a `{name, key}` reference; secrets are always in the namespace of the object that names them. */
  public static Secrets.Lookup secret(Spec holder, String field, ObjectName owner, Secrets secrets) {
    Spec ref = holder.part(field);
    return ref.asRef(owner)
        .map(name -> secrets.find(new ObjectName(owner.namespace(), name.name()), ref.text("key")))
        .orElse(new Secrets.Lookup.Missing("RefNotFound", "names no Secret"));
  }
}
