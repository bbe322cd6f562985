package dev.exchequer.operator.validate;

import dev.exchequer.operator.ir.AlertTarget;
import dev.exchequer.operator.ir.Redacted;
import dev.exchequer.operator.model.Spec;
import java.net.URI;
import java.net.URISyntaxException;

/** What a TokenGateway's alertWebhook may be. */
final class Webhooks {
  private static final int LEAST_KEY_BYTES = 24;

  private Webhooks() {}

  static void address(Spec webhook, Found found) {
    if (!webhook.has("url")) {
      return;
    }
    try {
      URI url = new URI(webhook.text("url"));
      if (url.getHost() == null || url.getRawUserInfo() != null) {
        found.error("Invalid", webhook.at("url"), "must be an address like https://alerts.example.com/exchequer, without a user name");
      } else if (!"https".equals(url.getScheme()) && !isThisMachine(url.getHost()) && !webhook.flag("allowPlaintext")) {
        found.error("PlaintextForbidden", webhook.at("url"), "sends alerts unencrypted: use https, or say allowPlaintext: true");
      }
    } catch (URISyntaxException e) {
      found.error("Invalid", webhook.at("url"), "is no address: " + e.getReason());
    }
  }

  private static boolean isThisMachine(String host) {
    return host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.[0-9]{1,3}){3}");
  }

  static void secret(Spec webhook, Redacted secret, Found found) {
    try {
      if (AlertTarget.key(secret).length < LEAST_KEY_BYTES) {
        found.error("KeyTooShort", webhook.at("secretRef"), "the secret must have at least " + LEAST_KEY_BYTES + " random characters, or after whsec_ base64 of as many bytes");
      }
    } catch (IllegalArgumentException e) {
      found.error("SecretInvalid", webhook.at("secretRef"), "what follows whsec_ must be base64");
    }
  }
}
