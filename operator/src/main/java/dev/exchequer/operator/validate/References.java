package dev.exchequer.operator.validate;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.compile.Gateways;
import dev.exchequer.operator.model.Credentials;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.Inventory;
import dev.exchequer.operator.model.NamespaceChoice;
import dev.exchequer.operator.model.Nearest;
import dev.exchequer.operator.model.ObjectKey;
import dev.exchequer.operator.model.Secrets;
import dev.exchequer.operator.model.Spec;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether everything that an object names is there.
 *
 * @param gateway the TokenGateway in force
 * @param written everything that was read, also what was refused: so that a name that is there and refused is told from one that is not there
 */
record References(Inventory inForce, Inventory written, Optional<Document> gateway) {
  private static final int LEAST_KEY_LENGTH = 32;

  void check(Document document, Found found) {
    Spec spec = Spec.of(document);
    served(document, found);
    switch (document.kind()) {
      case "ModelProvider" -> {
        secret(spec.part("auth"), "secretRef", found);
        secret(spec.part("tls"), "caCertificateRef", found);
        object(spec, "costSheetRef", "PriceSheet", found);
      }
      case "Project" -> objects(spec, "priceSheetRefs", "PriceSheet", found);
      case "Balance" -> object(spec, "projectRef", "Project", found);
      case "ApiKey" -> {
        object(spec, "projectRef", "Project", found);
        spec.list("credentials").forEach(credential -> keySecret(credential, found));
      }
      case "Budget" -> object(spec, "targetRef", spec.part("targetRef").text("kind"), found);
      case "ModelRoute" -> {
        spec.list("hops").forEach(hop -> object(hop, "providerRef", "ModelProvider", found));
        object(spec, "fallbackPolicyRef", "FallbackPolicy", found);
        objects(spec, "priceSheetRefs", "PriceSheet", found);
      }
      case Gateways.KIND -> {
        object(spec.part("defaults"), "fallbackPolicyRef", "FallbackPolicy", found);
        objects(spec.part("defaults"), "priceSheetRefs", "PriceSheet", found);
        secret(spec.part("alertWebhook"), "secretRef", found);
        if (spec.has("alertWebhook")
            && Credentials.secret(spec.part("alertWebhook"), "secretRef", document.name(), inForce.secrets()) instanceof Secrets.Lookup.Found value) {
          Webhooks.secret(spec.part("alertWebhook"), value.value(), found);
        }
      }
      default -> {}
    }
  }

  private void served(Document document, Found found) {
    if (gateway.isPresent() && !document.kind().equals(Gateways.KIND) && !Gateways.serves(gateway.get(), document.name().namespace(), written.namespaces())) {
      found.error(
          "NamespaceNotServed",
          "metadata.namespace",
          "the TokenGateway " + gateway.get().name() + " does not serve the namespace " + document.name().namespace() + ": see its spec.namespaces");
    }
  }

  private void objects(Spec spec, String field, String kind, Found found) {
    spec.list(field).forEach(ref -> resolve(ref, kind, found));
  }

  private void object(Spec spec, String field, String kind, Found found) {
    if (spec.has(field)) {
      resolve(spec.part(field), kind, found);
    }
  }

  private void resolve(Spec ref, String kind, Found found) {
    ObjectName owner = found.document().name();
    ObjectName name = ref.asRef(owner).orElse(owner);
    ObjectKey key = new ObjectKey(kind, name);
    Document target = inForce.objects().get(key);
    if (target != null) {
      if (!consents(target, owner.namespace())) {
        found.error(
            "RefNotPermitted",
            ref.at("namespace"),
            key + " does not allow references from namespace " + owner.namespace() + ": add it to the " + noun(kind) + "'s spec.usableFrom");
      }
    } else if (written.objects().containsKey(key)) {
      found.error("RefInvalid", ref.at("name"), "the " + key + " is refused itself");
    } else {
      // what else is in another namespace is not for everybody to know
      List<String> known =
          inForce.ofKind(kind).stream()
              .filter(other -> other.name().namespace().equals(name.namespace()) && consents(other, owner.namespace()))
              .map(other -> other.name().name())
              .toList();
      found.error("RefNotFound", ref.at("name"), "there is no " + key + Nearest.suggestion(name.name(), known));
    }
  }

  private boolean consents(Document target, String namespace) {
    return NamespaceChoice.of(target, "usableFrom").includes(namespace, inForce.namespaces());
  }

  private static String noun(String kind) {
    return switch (kind) {
      case "ModelProvider" -> "provider";
      case "PriceSheet" -> "price sheet";
      case "FallbackPolicy" -> "fallback policy";
      default -> kind.toLowerCase(Locale.ROOT);
    };
  }

  private void secret(Spec holder, String field, Found found) {
    if (!holder.has(field)) {
      return;
    }
    switch (Credentials.secret(holder, field, found.document().name(), inForce.secrets())) {
      case Secrets.Lookup.Missing missing -> found.error(missing.code(), holder.at(field), missing.message());
      case Secrets.Lookup.Found value when field.equals("caCertificateRef") -> {
        if (!Certificates.readable(value.value())) {
          found.error("SecretInvalid", holder.at(field), "must be certificates in PEM form");
        }
      }
      case Secrets.Lookup.Found value -> {
        if (!value.value().reveal().matches("[ -~]+")) {
          found.error("SecretInvalid", holder.at(field), "must be printable ASCII on one line: it goes into a header");
        }
      }
    }
  }

  private void keySecret(Spec credential, Found found) {
    secret(credential, "secretRef", found);
    Credentials.generated(credential, found.document().name()).ifPresent(name -> generated(credential, name, found));
    String field = credential.has("generate") ? "generate" : "secretRef";
    if (credential.has(field)
        && Credentials.lookup(credential, found.document().name(), inForce.secrets()) instanceof Secrets.Lookup.Found value
        && value.value().reveal().length() < LEAST_KEY_LENGTH) {
      found.error("KeyTooShort", credential.at(field), "the key must have at least " + LEAST_KEY_LENGTH + " random characters");
    }
  }

  private void generated(Spec credential, ObjectName name, Found found) {
    boolean fromFile = found.document().file() != null;
    Document secret = inForce.secrets().documents().get(name);
    if (secret == null) {
      found.error(
          "RefNotFound",
          credential.at("generate"),
          fromFile
              ? "there is no Secret " + name + ", and there is no operator to make it: add it, or use `exchequer keys create`"
              : "the operator sees no Secret " + name + " yet: its leader makes it where there is none");
    } else if (!found.document().uid().isEmpty() && !secret.isOwnedBy(found.document())) {
      found.error(
          "RefNotPermitted",
          credential.at("generate"),
          "the Secret " + name + " was not made for this ApiKey: name another one, or say secretRef: {name: " + name.name() + ", key: ...}");
    } else if (inForce.secrets().find(name, Credentials.GENERATED_FIELD) instanceof Secrets.Lookup.Missing missing) {
      boolean noField = missing.code().equals("RefNotFound");
      found.error(
          noField ? "SecretInvalid" : missing.code(),
          credential.at("generate"),
          missing.message() + (noField ? fromFile ? ": add it" : ": delete the Secret, and the operator makes it anew" : ""));
    }
  }
}
