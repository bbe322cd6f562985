package dev.exchequer.server.policyfeed;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.exchequer.api.v1.AccountingPolicy;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.policy.Policy;
import dev.exchequer.policy.Project;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The bytes of an AccountingPolicy as a {@link Policy}. Strict, because money is decided by it: a policy that this service does not understand to the
 * last field is refused whole, and the one in force stays.
 */
public final class FromAccountingPolicy {
  private static final int SCHEMA = 1;

  private FromAccountingPolicy() {}

  /**
   * @param digest what the sender says these bytes are: lower-case hex SHA-256
   * @param canonical a serialized AccountingPolicy
   */
  public static Decoded read(String digest, byte[] canonical) {
    String actual = digestOf(canonical);
    if (!actual.equals(digest)) {
      return new Decoded.Refused("the digest is that of other bytes: said " + digest + ", are " + actual);
    }
    AccountingPolicy message;
    try {
      message = AccountingPolicy.parseFrom(canonical);
    } catch (InvalidProtocolBufferException e) {
      return new Decoded.Refused("not an AccountingPolicy: " + e.getMessage());
    }
    if (message.getSchema() != SCHEMA) {
      return new Decoded.Refused("schema " + message.getSchema() + ": this service reads schema " + SCHEMA);
    }
    try {
      refuseUnknownFields(message);
      return new Decoded.Accepted(policy(digest, message));
    } catch (IllegalArgumentException | ArithmeticException e) {
      return new Decoded.Refused(String.valueOf(e.getMessage()));
    }
  }

  /** Lower-case hex SHA-256. */
  public static String digestOf(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static Policy policy(String digest, AccountingPolicy m) {
    List<Project> projects = each("Project", m.getProjectsList(), dev.exchequer.api.v1.Project::getName, FromMoneyMessages::project);
    Policy policy =
        Policy.of(
            digest,
            projects,
            each("ApiKey", m.getKeysList(), dev.exchequer.api.v1.ApiKey::getName, FromMoneyMessages::key),
            each("Balance", m.getBalancesList(), dev.exchequer.api.v1.Balance::getName, FromMoneyMessages::balance),
            each("PriceSheet", m.getPriceSheetsList(), dev.exchequer.api.v1.PriceSheet::getName, FromPriceSheet::sheet),
            each("Budget", m.getBudgetsList(), dev.exchequer.api.v1.Budget::getName, FromMoneyMessages::budget),
            each("Provider", m.getProvidersList(), dev.exchequer.api.v1.Provider::getName, FromRouteMessages::provider),
            each("Route", m.getRoutesList(), dev.exchequer.api.v1.Route::getName, FromRouteMessages::route),
            Fields.names(m.getDefaultPriceSheetsList()));
    References.check(policy);
    return policy;
  }

  /** Maps every message of a kind and names the object in what is thrown; a name may stand once. */
  private static <M, T> List<T> each(String kind, List<M> messages, Function<M, String> name, Function<M, T> mapper) {
    List<T> mapped = new ArrayList<>(messages.size());
    java.util.Set<String> names = new java.util.HashSet<>();
    for (M message : messages) {
      String text = name.apply(message);
      try {
        if (!names.add(text)) {
          throw new IllegalArgumentException("stands twice");
        }
        ObjectName.parse(text);
        mapped.add(mapper.apply(message));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(kind + " " + text + ": " + e.getMessage(), e);
      }
    }
    return mapped;
  }

  /** A limit that this service cannot read must not be taken for no limit. */
  private static void refuseUnknownFields(Message message) {
    if (!message.getUnknownFields().asMap().isEmpty()) {
      throw new IllegalArgumentException(
          message.getDescriptorForType().getName() + " has fields that this service does not know: " + message.getUnknownFields().asMap().keySet());
    }
    for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
      if (field.getKey().getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
        continue;
      }
      if (field.getValue() instanceof List<?> list) {
        list.forEach(child -> refuseUnknownFields((Message) child));
      } else {
        refuseUnknownFields((Message) field.getValue());
      }
    }
  }
}
