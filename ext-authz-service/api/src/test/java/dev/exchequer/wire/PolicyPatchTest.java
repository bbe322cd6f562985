package dev.exchequer.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.exchequer.api.v1.AccountingPolicy;
import dev.exchequer.api.v1.Balance;
import dev.exchequer.api.v1.PolicyPiece;
import dev.exchequer.api.v1.PolicyRange;
import dev.exchequer.api.v1.Route;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PolicyPatchTest {
  private static byte[] policy(Map<String, Integer> routes, String... sheets) {
    AccountingPolicy.Builder policy = AccountingPolicy.newBuilder().setSchema(1).addBalances(Balance.newBuilder().setName("a/b").setOverdraftNanos(5));
    routes.forEach((name, tokens) -> policy.addRoutes(Route.newBuilder().setName("default/" + name).setMaxOutputTokens(tokens)));
    return policy.addAllDefaultPriceSheets(List.of(sheets)).build().toByteArray();
  }

  @Test
  void aChangeOfOneIsSmallWhereverItStands() throws IOException {
    Map<String, Integer> routes = new TreeMap<>();
    for (int i = 0; i < 1_000; i++) {
      routes.put("route-" + i, 1);
    }
    byte[] base = policy(routes);
    for (String name : List.of("route-0", "route-500", "route-999", "new", "zz")) {
      Map<String, Integer> changed = new TreeMap<>(routes);
      changed.put(name, 2);
      List<PolicyPiece> pieces = PolicyPatch.between(base, policy(changed));
      assertThat(pieces).hasSizeLessThanOrEqualTo(3);
      assertThat(pieces.stream().mapToInt(piece -> piece.getInsert().size()).sum()).isLessThan(50);
      assertThat(PolicyPatch.apply(base, pieces)).isEqualTo(policy(changed));
    }
    Map<String, Integer> fewer = new TreeMap<>(routes);
    fewer.remove("route-77");
    assertThat(PolicyPatch.between(base, policy(fewer))).hasSize(2);
  }

  @Test
  void anyPairOfPoliciesAlsoUnsortedOnes() throws IOException {
    Random random = new Random(7);
    byte[] base = new byte[0];
    for (int i = 0; i < 2_000; i++) {
      Map<String, Integer> routes = random.nextBoolean() ? new TreeMap<>() : new java.util.LinkedHashMap<>();
      for (int n = random.nextInt(12); n > 0; n--) {
        routes.put("r" + random.nextInt(10) + "x".repeat(random.nextInt(3) * 60), random.nextInt(3));
      }
      byte[] next = policy(routes, random.nextBoolean() ? new String[] {"s/a", "s/b"} : new String[] {"\n\u0001"});
      assertThat(PolicyPatch.apply(base, PolicyPatch.between(base, next))).isEqualTo(next);
      base = next;
    }
  }

  @Test
  void whatIsNoMessageIsRefused() {
    assertThatThrownBy(() -> PolicyPatch.between(new byte[] {1, 2}, new byte[0])).isInstanceOf(InvalidProtocolBufferException.class);
    for (PolicyRange range : List.of(range(3, 2), range(-1, 1), range(0, -1), range(Integer.MAX_VALUE, 1))) {
      List<PolicyPiece> pieces = List.of(PolicyPiece.newBuilder().setCopy(range).build());
      assertThatThrownBy(() -> PolicyPatch.apply(new byte[4], pieces)).hasMessageContaining("beyond the base");
    }
    assertThat(PolicyPatch.apply(new byte[4], List.of(PolicyPiece.newBuilder().setInsert(ByteString.copyFromUtf8("x")).build()))).hasSize(1);
  }

  private static PolicyRange range(int offset, int length) {
    return PolicyRange.newBuilder().setOffset(offset).setLength(length).build();
  }
}
