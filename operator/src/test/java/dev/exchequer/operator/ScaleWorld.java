package dev.exchequer.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.FieldLines;
import dev.exchequer.operator.model.ObjectKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Many routes over few providers, as documents of an API server. */
public final class ScaleWorld {
  private static final YAMLMapper YAML = new YAMLMapper();

  private ScaleWorld() {}

  /** Everything but the routes. */
  public static List<Document> base() {
    List<Document> documents = new ArrayList<>();
    documents.add(
        document(
            "v1",
            "Secret",
            "secrets",
            1,
            "data: {official: c2stb2ZmaWNpYWw=, relay: c2stcmVsYXk=, key: ZXhxLXRlc3Qtc2NhbGUtMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=}"));
    for (String provider : List.of("official", "relay")) {
      documents.add(
          ours(
              "ModelProvider",
              provider,
              1,
              "{baseUrl: 'http://127.0.0.1:9100/v1', dialect: OpenAI, auth: {type: Bearer, secretRef: {name: secrets, key: " + provider + "}}, allowPlaintext: true}"));
    }
    documents.add(ours("Project", "acme", 1, "{owner: a@acme.example, crossBalance: [{from: Direct, to: Pool}]}"));
    documents.add(ours("ApiKey", "app", 1, "{projectRef: {name: acme}, label: app, credentials: [{name: a, secretRef: {name: secrets, key: key}}]}"));
    documents.add(balance(1, "100"));
    documents.add(
        ours("Balance", "wallet", 1, "{projectRef: {name: acme}, type: Wallet, unit: CNY, routeClasses: [Pool], initialGrants: [{id: opening, amount: '50'}]}"));
    documents.add(sheet("credit", 1, "CREDIT", "Direct", "2.5"));
    documents.add(sheet("cny", 1, "CNY", "Pool", "2"));
    documents.add(ours("FallbackPolicy", "consent", 1, "{crossBalance: WithConsent}"));
    return documents;
  }

  public static Document balance(long generation, String amount) {
    return ours(
        "Balance",
        "credit",
        generation,
        "{projectRef: {name: acme}, type: Credit, unit: CREDIT, routeClasses: [Direct], initialGrants: [{id: opening, amount: '" + amount + "'}]}");
  }

  public static Document sheet(String name, long generation, String unit, String routeClass, String price) {
    return ours(
        "PriceSheet",
        name,
        generation,
        "{unit: " + unit + ", rates: [{name: all, match: {routeClasses: [" + routeClass + "]}, meters: [{meter: Input, price: '" + price + "'}, {meter: Output, price: '10'}]}]}");
  }

  public static Document route(int number, long generation, String upstreamModel) {
    String name = "route-" + number;
    return ours(
        "ModelRoute",
        name,
        generation,
        "{models: [" + name + "], priceSheetRefs: [{name: credit}, {name: cny}], fallbackPolicyRef: {name: consent}, hops: ["
            + "{name: official, providerRef: {name: official}, upstreamModel: " + upstreamModel + ", routeClass: Direct},"
            + "{name: pool, providerRef: {name: relay}, upstreamModel: ok, routeClass: Pool}]}");
  }

  public static Document ours(String kind, String name, long generation, String spec) {
    return document(Document.API_VERSION, kind, name, generation, "spec: " + spec);
  }

  private static Document document(String version, String kind, String name, long generation, String yaml) {
    try {
      ObjectNode content = JsonNodeFactory.instance.objectNode().put("apiVersion", version).put("kind", kind);
      ObjectNode metadata = content.putObject("metadata").put("name", name).put("namespace", "default");
      if (!kind.equals("Secret")) {
        metadata.put("generation", generation);
      }
      JsonNode rest = YAML.readTree(yaml);
      content.setAll((ObjectNode) rest);
      return new Document(null, 0, version, new ObjectKey(kind, new ObjectName("default", name)), content, FieldLines.UNKNOWN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
