package dev.exchequer.operator.validate;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.compile.Gateways;
import dev.exchequer.operator.model.Credentials;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.Inventory;
import dev.exchequer.operator.model.Nearest;
import dev.exchequer.operator.model.ObjectKey;
import dev.exchequer.operator.model.Secrets;
import dev.exchequer.operator.model.Spec;
import java.util.List;
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
      }
      default -> {}
    }
  }

  private void served(Document document, Found found) {
    if (gateway.isPresent() && !document.kind().equals(Gateways.KIND) && !Gateways.serves(gateway.get(), document.name().namespace())) {
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
    if (!name.namespace().equals(owner.namespace())) {
      found.error("RefNotPermitted", ref.at("namespace"), "only objects of the same namespace may be used");
    } else if (!inForce.objects().containsKey(key)) {
      if (written.objects().containsKey(key)) {
        found.error("RefInvalid", ref.at("name"), "the " + key + " is refused itself");
      } else {
        List<String> known =
            inForce.ofKind(kind).stream().map(Document::name).filter(n -> n.namespace().equals(name.namespace())).map(ObjectName::name).toList();
        found.error("RefNotFound", ref.at("name"), "there is no " + key + Nearest.suggestion(name.name(), known));
      }
    }
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
    if (credential.has("secretRef")
        && Credentials.secret(credential, "secretRef", found.document().name(), inForce.secrets()) instanceof Secrets.Lookup.Found value
        && value.value().reveal().length() < LEAST_KEY_LENGTH) {
      found.error("KeyTooShort", credential.at("secretRef"), "the key must have at least " + LEAST_KEY_LENGTH + " random characters");
    }
  }
}
