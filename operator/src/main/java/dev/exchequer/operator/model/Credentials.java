package dev.exchequer.operator.model;

import dev.exchequer.identity.ObjectName;
import java.util.Optional;

/** What an ApiKey's credential comes to. */
public final class Credentials {
  private Credentials() {}

  /** Lower-case hex SHA-256 of the key as the client sends it; empty if the secret cannot be had. */
  public static Optional<String> sha256(Spec credential, ObjectName owner, Secrets secrets) {
    if (credential.has("sha256")) {
      return Optional.of(credential.text("sha256"));
    }
    return secret(credential, "secretRef", owner, secrets) instanceof Secrets.Lookup.Found found
        ? Optional.of(Sha256.hex(found.value().reveal()))
        : Optional.empty();
  }

  /** Follows a `{name, key}` reference; secrets are always in the namespace of the object that names them. */
  public static Secrets.Lookup secret(Spec holder, String field, ObjectName owner, Secrets secrets) {
    Spec ref = holder.part(field);
    return ref.asRef(owner)
        .map(name -> secrets.find(new ObjectName(owner.namespace(), name.name()), ref.text("key")))
        .orElse(new Secrets.Lookup.Missing("RefNotFound", "names no Secret"));
  }
}
