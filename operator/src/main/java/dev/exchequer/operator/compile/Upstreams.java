package dev.exchequer.operator.compile;

import dev.exchequer.operator.ir.ClusterPlan;
import dev.exchequer.operator.ir.Redacted;
import dev.exchequer.operator.ir.SecretPlan;
import dev.exchequer.operator.model.BaseUrl;
import dev.exchequer.operator.model.Credentials;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.Secrets;
import dev.exchequer.operator.model.Sha256;
import dev.exchequer.operator.model.Spec;
import dev.exchequer.policy.Provider;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** ModelProviders: what deciding needs to know of them, and how Envoy reaches them. */
final class Upstreams {
  private static final int DEFAULT_MAX_IN_FLIGHT = 1024;

  private Upstreams() {}

  static Provider provider(Document document) {
    Spec spec = Spec.of(document);
    return new Provider(
        document.name(),
        spec.text("dialect"),
        baseUrl(spec).path(),
        spec.text("outputCapField").equals("MaxCompletionTokens") ? "max_completion_tokens" : "max_tokens",
        spec.text("cachedTokens").equals("OutsidePrompt"),
        spec.flag("hiddenReasoning"),
        spec.number("maxInFlight", DEFAULT_MAX_IN_FLIGHT),
        spec.flag("suspend"),
        switch (spec.text("usageTrust")) {
          case "Bounded" -> Provider.UsageTrust.BOUNDED;
          case "Estimate" -> Provider.UsageTrust.ESTIMATE;
          default -> Provider.UsageTrust.FULL;
        },
        spec.ref("costSheetRef", document.name()).orElse(null));
  }

  static ClusterPlan cluster(Document document, long connectMs, Secrets secrets) {
    Spec spec = Spec.of(document);
    BaseUrl url = baseUrl(spec);
    Spec tls = spec.part("tls");
    String authority = caCertificates(document, tls, secrets);
    String credentialHeader = spec.part("auth").text("type").equals("Header") ? spec.part("auth").text("headerName") : "authorization";
    List<ClusterPlan.Header> headers =
        spec.list("headers").stream()
            .map(header -> new ClusterPlan.Header(header.text("name").toLowerCase(Locale.ROOT), header.text("value")))
            .toList();
    ClusterPlan unnamed =
        new ClusterPlan(
            "",
            document.name(),
            url.tls(),
            url.host(),
            url.port(),
            tls.text("serverName", url.host()),
            connectMs,
            authority,
            hasCredential(spec) ? document.name().toString() : null,
            credentialHeader.toLowerCase(Locale.ROOT),
            headers);
    return named(unnamed);
  }

  /** Not record.toString(): the name must not change because somebody gave a component another name. */
  private static ClusterPlan named(ClusterPlan plan) {
    StringBuilder content = new StringBuilder();
    content.append(plan.tls()).append('\n').append(plan.host()).append('\n').append(plan.port()).append('\n').append(plan.serverName()).append('\n');
    content.append(plan.caCertificates() == null ? "" : plan.caCertificates()).append('\n');
    content.append(plan.secret() == null ? "" : plan.secret()).append('\n').append(plan.credentialHeader()).append('\n');
    plan.headers().forEach(header -> content.append(header.name()).append('\n').append(header.value()).append('\n'));
    String name = plan.provider() + "@" + plan.connectTimeoutMs() + "-" + Sha256.hex(content.toString()).substring(0, 8);
    return new ClusterPlan(
        name,
        plan.provider(),
        plan.tls(),
        plan.host(),
        plan.port(),
        plan.serverName(),
        plan.connectTimeoutMs(),
        plan.caCertificates(),
        plan.secret(),
        plan.credentialHeader(),
        plan.headers());
  }

  /** The credential as the provider wants it in its header: "Bearer sk-...", or the bare secret in a header of its own. */
  static Optional<SecretPlan> secret(Document document, Secrets secrets) {
    Spec spec = Spec.of(document);
    if (!hasCredential(spec) || !(Credentials.secret(spec.part("auth"), "secretRef", document.name(), secrets) instanceof Secrets.Lookup.Found found)) {
      return Optional.empty();
    }
    String value = spec.part("auth").text("type").equals("Bearer") ? "Bearer " + found.value().reveal() : found.value().reveal();
    return Optional.of(new SecretPlan(document.name().toString(), new Redacted(value)));
  }

  private static boolean hasCredential(Spec spec) {
    return !spec.part("auth").text("type").equals("None");
  }

  private static @Nullable String caCertificates(Document document, Spec tls, Secrets secrets) {
    return tls.has("caCertificateRef")
            && Credentials.secret(tls, "caCertificateRef", document.name(), secrets) instanceof Secrets.Lookup.Found found
        ? found.value().reveal()
        : null;
  }

  private static BaseUrl baseUrl(Spec spec) {
    return BaseUrl.parse(spec.text("baseUrl"));
  }
}
