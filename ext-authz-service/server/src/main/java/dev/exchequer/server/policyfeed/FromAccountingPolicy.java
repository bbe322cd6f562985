package dev.exchequer.server.policyfeed;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.exchequer.api.v1.AccountingPolicy;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.policy.GatewayRules;
import dev.exchequer.policy.Policy;
import dev.exchequer.policy.Project;
import dev.exchequer.policy.Route;
import dev.exchequer.wire.MessageFields;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an AccountingPolicy as a {@link Policy}. Strict, because money is decided by it: a policy that this service does not understand to the
 * last field is refused whole, and the one in force stays.
 */
public final class FromAccountingPolicy {
  private static final int SCHEMA = 1;
  /** Field number and wire type 2, length-delimited. */
  private static final int ROUTES_TAG = AccountingPolicy.ROUTES_FIELD_NUMBER << 3 | 2;

  private FromAccountingPolicy() {}

  /**
   * @param digest what the sender says these bytes are: lower-case hex SHA-256
   * @param canonical a serialized AccountingPolicy
   */
  public static Decoded read(String digest, byte[] canonical) {
    return read(digest, canonical, new RouteMemo());
  }

  /** @param memo what the policy before this one left; the result is the same without */
  static Decoded read(String digest, byte[] canonical, RouteMemo memo) {
    String actual = digestOf(canonical);
    if (!actual.equals(digest)) {
      return new Decoded.Refused("the digest is that of other bytes: said " + digest + ", are " + actual);
    }
    return readAsSaid(digest, canonical, memo);
  }

  /** @param digest of these bytes: it was looked at */
  static Decoded readAsSaid(String digest, byte[] canonical, RouteMemo memo) {
    MessageFields fields;
    AccountingPolicy message;
    try {
      fields = MessageFields.of(canonical);
      message = withoutRoutes(fields);
    } catch (IOException e) {
      return new Decoded.Refused("not an AccountingPolicy: " + e.getMessage());
    }
    if (message.getSchema() != SCHEMA) {
      return new Decoded.Refused("schema " + message.getSchema() + ": this service reads schema " + SCHEMA);
    }
    try {
      refuseUnknownFields(message);
      List<Route> routes = memo.routes(fields, ROUTES_TAG, (bytes, from, to) -> route(ByteString.copyFrom(bytes, from, to - from)));
      Policy policy = policy(digest, message, routes, memo.good());
      memo.good(policy);
      return new Decoded.Accepted(policy);
    } catch (UncheckedIOException e) {
      return new Decoded.Refused("not an AccountingPolicy: " + e.getMessage());
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

  /** Routes stay bytes: they are most of a policy, and most of them were in the one before. */
  private static AccountingPolicy withoutRoutes(MessageFields fields) throws IOException {
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    for (int i = 0; i < fields.count(); i++) {
      if (fields.tag(i) != ROUTES_TAG) {
        rest.write(fields.bytes(), fields.start(i), fields.end(i) - fields.start(i));
      }
    }
    return AccountingPolicy.parseFrom(rest.toByteArray());
  }

  private static Route route(ByteString bytes) {
    dev.exchequer.api.v1.Route message;
    try {
      message = dev.exchequer.api.v1.Route.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new UncheckedIOException(String.valueOf(e.getMessage()), e);
    }
    refuseUnknownFields(message);
    return each("Route", List.of(message), dev.exchequer.api.v1.Route::getName, FromRouteMessages::route).getFirst();
  }

  private static Policy policy(String digest, AccountingPolicy m, List<Route> routes, @Nullable Policy before) {
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
            routes,
            new GatewayRules(Fields.names(m.getDefaultPriceSheetsList()), m.getMaxRequestBytes()),
            before);
    noneTwice(routes, policy);
    References.check(policy, before);
    return policy;
  }

  private static void noneTwice(List<Route> routes, Policy policy) {
    if (routes.size() != policy.routes().size()) {
      Set<ObjectName> names = new HashSet<>();
      Route again = routes.stream().filter(route -> !names.add(route.name())).findFirst().orElseThrow();
      throw new IllegalArgumentException("Route " + again.name() + ": stands twice");
    }
  }

  /** Maps every message of a kind and names the object in what is thrown; a name may stand once. */
  private static <M, T> List<T> each(String kind, List<M> messages, Function<M, String> name, Function<M, T> mapper) {
    List<T> mapped = new ArrayList<>(messages.size());
    Set<String> names = new HashSet<>();
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
