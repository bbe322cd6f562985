package dev.exchequer.server.store.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.exchequer.money.Money;
import dev.exchequer.server.store.ReceiptJson;
import dev.exchequer.server.store.chain.Hash;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A checkpoint as one line of JSON. Its signature (Ed25519, base64) is of the line's bytes without the field `signature`. */
public final class CheckpointText {
  private static final String SIGNATURE = ",\"signature\":\"";
  private static final int VERSION = 1;
  private static final int NANO_DIGITS = 9;
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final JsonFactory JSON = new JsonFactory();

  private final Checkpoint checkpoint;
  private final String signed;
  private final byte @Nullable [] signature;

  private CheckpointText(Checkpoint checkpoint, String signed, byte @Nullable [] signature) {
    this.checkpoint = checkpoint;
    this.signed = signed;
    this.signature = signature;
  }

  /** @param key signs it; null = it stays without a signature */
  public static CheckpointText of(Checkpoint checkpoint, @Nullable PrivateKey key) {
    String text = json(checkpoint);
    try {
      if (key == null) {
        return new CheckpointText(checkpoint, text, null);
      }
      Signature ed25519 = Signature.getInstance("Ed25519");
      ed25519.initSign(key);
      ed25519.update(text.getBytes(StandardCharsets.UTF_8));
      return new CheckpointText(checkpoint, text, ed25519.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a checkpoint cannot be signed: " + e.getMessage(), e);
    }
  }

  /** @throws IOException if it is no checkpoint that this version can read */
  public static CheckpointText read(String line) throws IOException {
    String text = line.strip();
    byte[] signature = null;
    int at = text.lastIndexOf(SIGNATURE);
    try {
      if (at >= 0) {
        signature = Base64.getDecoder().decode(text.substring(at + SIGNATURE.length(), text.length() - 2));
        text = text.substring(0, at) + "}";
      }
      JsonNode node = MAPPER.readTree(text);
      if (node.path("v").asInt() != VERSION) {
        throw new IOException("it is no checkpoint of version " + VERSION);
      }
      return new CheckpointText(checkpoint(node), text, signature);
    } catch (RuntimeException | JsonProcessingException e) {
      throw new IOException("it is no checkpoint: " + e.getMessage(), e);
    }
  }

  public Checkpoint checkpoint() {
    return checkpoint;
  }

  public boolean isSigned() {
    return signature != null;
  }

  public boolean isSignedBy(PublicKey key) {
    if (signature == null) {
      return false;
    }
    try {
      Signature ed25519 = Signature.getInstance("Ed25519");
      ed25519.initVerify(key);
      ed25519.update(signed.getBytes(StandardCharsets.UTF_8));
      return ed25519.verify(signature);
    } catch (GeneralSecurityException e) {
      return false; // a signature of another form is none
    }
  }

  /** The line, without its end. */
  @Override
  public String toString() {
    return signature == null ? signed : signed.substring(0, signed.length() - 1) + SIGNATURE + Base64.getEncoder().encodeToString(signature) + "\"}";
  }

  private static String json(Checkpoint c) {
    StringWriter text = new StringWriter(1024);
    try (JsonGenerator out = JSON.createGenerator(text)) {
      out.writeStartObject();
      out.writeNumberField("v", VERSION);
      out.writeStringField("ledger", c.ledger());
      out.writeStringField("time", ReceiptJson.time(c.timeMs()));
      out.writeArrayFieldStart("chains");
      for (Checkpoint.Head head : c.heads()) {
        out.writeStartObject();
        out.writeNumberField("chain", head.chain());
        out.writeStringField("writer", head.writer());
        out.writeNumberField("epoch", head.epoch());
        out.writeNumberField("number", head.number());
        out.writeStringField("hash", head.hash().toString());
        out.writeEndObject();
      }
      out.writeEndArray();
      out.writeArrayFieldStart("balances");
      for (Checkpoint.Sum sum : c.sums()) {
        out.writeStartObject();
        out.writeStringField("balance", sum.balance());
        out.writeStringField("unit", sum.unit());
        out.writeNumberField("sequence", sum.sequence());
        out.writeStringField("posted", Money.decimal(sum.posted()));
        out.writeEndObject();
      }
      out.writeEndArray();
      Checkpoint.Pruned pruned = c.pruned();
      if (pruned != null) {
        out.writeObjectFieldStart("pruned");
        out.writeNumberField("pruning", pruned.pruning());
        out.writeNumberField("receipts", pruned.receipts());
        out.writeStringField("hash", pruned.hash().toString());
        out.writeEndObject();
      }
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static Checkpoint checkpoint(JsonNode node) {
    List<Checkpoint.Head> heads = new ArrayList<>();
    for (JsonNode head : node.path("chains")) {
      heads.add(
          new Checkpoint.Head(
              head.required("chain").intValue(), head.required("writer").textValue(), head.required("epoch").longValue(), head.required("number").longValue(),
              Hash.parse(head.required("hash").textValue())));
    }
    List<Checkpoint.Sum> sums = new ArrayList<>();
    for (JsonNode sum : node.path("balances")) {
      sums.add(
          new Checkpoint.Sum(
              sum.required("balance").textValue(), sum.required("unit").textValue(), sum.required("sequence").longValue(), nanos(sum.required("posted").textValue())));
    }
    JsonNode last = node.path("pruned");
    Checkpoint.Pruned pruned =
        last.isMissingNode() ? null : new Checkpoint.Pruned(last.required("pruning").longValue(), last.required("receipts").longValue(), Hash.parse(last.required("hash").textValue()));
    return new Checkpoint(node.required("ledger").textValue(), Instant.parse(node.required("time").textValue()).toEpochMilli(), heads, sums, pruned);
  }

  /** With a sign, as debt has one. */
  private static long nanos(String decimal) {
    return new BigDecimal(decimal).movePointRight(NANO_DIGITS).longValueExact();
  }
}
