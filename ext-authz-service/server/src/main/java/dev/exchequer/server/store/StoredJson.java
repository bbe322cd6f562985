package dev.exchequer.server.store;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.KeyDeserializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.exchequer.fallback.Ending;
import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Alert;

/** Rows whose content only this program reads (holds, running requests) as JSON: a record is its own schema. */
public final class StoredJson {
  /** One for all: what it learned of a record's form it knows. */
  private static final ObjectMapper MAPPER = mapper();

  private static ObjectMapper mapper() {
    SimpleModule names = new SimpleModule();
    names.addKeyDeserializer(
        ObjectName.class,
        new KeyDeserializer() {
          @Override
          public Object deserializeKey(String key, DeserializationContext context) {
            return ObjectName.parse(key);
          }
        });
    return JsonMapper.builder()
        .addModule(names)
        .addMixIn(ObjectName.class, ObjectNameText.class)
        .addMixIn(HoldId.class, HoldIdText.class)
        .addMixIn(Ending.Retry.class, RetryKinds.class)
        .addMixIn(Alert.class, AlertKinds.class)
        .enable(com.fasterxml.jackson.core.StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .defaultPropertyInclusion(JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS)) // what is absent is read as null
        .build();
  }

  public String write(Object row) {
    try {
      return MAPPER.writeValueAsString(row);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a row that cannot be written: " + row.getClass(), e);
    }
  }

  public <T> T read(String text, Class<T> type) {
    try {
      return MAPPER.readValue(text, type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a stored " + type.getSimpleName() + " that cannot be read", e);
    }
  }

  private abstract static class ObjectNameText {
    @JsonCreator
    static ObjectName parse(String text) {
      return ObjectName.parse(text);
    }

    @Override
    @JsonValue
    public abstract String toString();
  }

  private abstract static class HoldIdText {
    @JsonCreator
    static HoldId parse(String text) {
      return HoldId.parse(text);
    }

    @Override
    @JsonValue
    public abstract String toString();
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Ending.Retry.No.class, name = "No"),
    @JsonSubTypes.Type(value = Ending.Retry.Unsaid.class, name = "Unsaid"),
    @JsonSubTypes.Type(value = Ending.Retry.After.class, name = "After")
  })
  private interface RetryKinds {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @JsonSubTypes({@JsonSubTypes.Type(value = Alert.BalanceBelow.class, name = "BalanceBelow"), @JsonSubTypes.Type(value = Alert.BudgetAt.class, name = "BudgetAt")})
  private interface AlertKinds {}
}
