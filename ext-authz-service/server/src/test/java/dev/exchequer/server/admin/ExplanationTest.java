package dev.exchequer.server.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** The text form of receipts, as a person reads it: one golden text a kind of ending. */
class ExplanationTest {
  private static final String POOL_PAID =
      """
      {"hop":2,"attempt":2,"name":"pool","provider":"default/relay-a","routeClass":"Pool","upstreamModel":"gpt-5.1-relay","role":"Backup","outcome":"Completed",
       "httpStatus":200,"usage":{"meters":{"Input":180,"CacheRead":1024,"Output":311},"source":"Provider"},"hold":"0.020000000","charge":"0.004210000","unit":"CNY",
       "balance":"default/wallet","balanceType":"Wallet","entry":812,"balanceBefore":"48.118200000","balanceAfter":"48.113990000","priceSheet":"default/cny-2026",
       "priceSheetDigest":"3f9c77","multiplier":"1.000000000","lines":[
        {"meter":"Input","quantity":180,"price":"2.000000000","per":1000000,"amount":"0.00036"},
        {"meter":"CacheRead","quantity":1024,"price":"0.500000000","per":1000000,"amount":"0.000512"}]}
      """;
  private static final String RATE_LIMITED =
      """
      {"hop":1,"attempt":1,"name":"official","provider":"default/openai","routeClass":"Direct","upstreamModel":"gpt-5.1","role":"Primary","outcome":"ProviderStatus",
       "httpStatus":429,"usage":null,"hold":"0.081500000","charge":"0.000000000","unit":"CREDIT","balance":"default/credit","balanceType":"Credit","entry":null,"lines":[]}
      """;

  @Test
  void theExampleOfTheHandbook() {
    assertThat(Explanation.of(receipt("Succeeded", 1800, "null", "[]", RATE_LIMITED, POOL_PAID)))
        .isEqualTo(
            """
            Receipt 0198a  gpt-5.1 for key "ci bot" (project acme)   2026-11-23 13:44:24Z   1.8 s   Succeeded
              1 official   openai / gpt-5.1          Direct   429 rate limited, moved on             0 CREDIT      (held 0.0815, released)
              2 pool       relay-a / gpt-5.1-relay   Pool     200, 1,204 in (1,024 cached) 311 out   0.00421 CNY
                  paid by default/wallet 48.1182 -> 48.11399 (entry 812), price sheet default/cny-2026@3f9c
                    Input      180 x 2 / 1,000,000      = 0.00036
                    CacheRead  1,024 x 0.5 / 1,000,000  = 0.000512
                  why: hop 2 is Pool, Pool = default/wallet; the policy and project acme consent to Direct -> Pool
            """);
  }

  @Test
  void whatTheHousePays() {
    String known = POOL_PAID.replace("\"priceSheetDigest\"", "\"houseCost\":{\"amount\":\"0.000310000\",\"unit\":\"USD\",\"sheet\":\"default/house\",\"digest\":\"77aa01\",\"rate\":\"list\",\"estimated\":true},\"priceSheetDigest\"");
    assertThat(Explanation.of(receipt("Succeeded", 1800, "null", "[]", known))).contains("      costs the house 0.00031 USD (estimated), cost sheet default/house@77aa\n");
    String unknown = known.replace("\"0.000310000\"", "null").replace("\"list\"", "null");
    assertThat(Explanation.of(receipt("Succeeded", 1800, "null", "[]", unknown))).contains("      costs the house an unknown amount: no rate of cost sheet default/house@77aa fits\n");
  }

  @Test
  void aChainWithASkipA429ARefusedConnectionAnd200() {
    String skipped =
        """
        {"hop":1,"attempt":null,"name":"first","provider":"team/azure","routeClass":"Direct","upstreamModel":"gpt-5.1","outcome":"Skipped",
         "skipReason":"provider_cooling_down","lines":[],"considered":[]}
        """;
    String limited = RATE_LIMITED.replace("\"hop\":1", "\"hop\":2");
    String refused =
        """
        {"hop":3,"attempt":2,"name":"spare","provider":"default/spare","routeClass":"Direct","upstreamModel":"gpt-5.1","outcome":"ConnectFailure",
         "hold":"0.081500000","charge":"0.000000000","unit":"CREDIT","balance":"default/credit","balanceType":"Credit","lines":[]}
        """;
    String served = POOL_PAID.replace("\"hop\":2,\"attempt\":2", "\"hop\":4,\"attempt\":3").replaceAll("(?s)\"lines\":\\[.*\\]", "\"lines\":[]");
    assertThat(Explanation.of(receipt("Succeeded", 940, "null", "[]", skipped, limited, refused, served)))
        .isEqualTo(
            """
            Receipt 0198a  gpt-5.1 for key "ci bot" (project acme)   2026-11-23 13:44:24Z   940 ms   Succeeded
              1 first      team/azure / gpt-5.1      Direct   skipped: provider cooling down
                  why: provider team/azure rests after failures in a row and is tried again by itself
              2 official   openai / gpt-5.1          Direct   429 rate limited, moved on             0 CREDIT      (held 0.0815, released)
              3 spare      spare / gpt-5.1           Direct   could not connect, moved on            0 CREDIT      (held 0.0815, released)
              4 pool       relay-a / gpt-5.1-relay   Pool     200, 1,204 in (1,024 cached) 311 out   0.00421 CNY
                  paid by default/wallet 48.1182 -> 48.11399 (entry 812), price sheet default/cny-2026@3f9c
                  why: hop 4 is Pool, Pool = default/wallet; the policy and project acme consent to Direct -> Pool
            """);
  }

  @Test
  void deniedBecauseTheKeyNeverCrosses() {
    String empty =
        """
        {"hop":1,"attempt":null,"name":"official","provider":"default/openai","routeClass":"Direct","upstreamModel":"gpt-5.1","outcome":"Skipped",
         "skipReason":"balance_insufficient","unit":"CREDIT","lines":[],
         "considered":[{"balance":"default/credit","verdict":"insufficient","available":"0.010000000"}]}
        """;
    String pool =
        """
        {"hop":2,"attempt":null,"name":"pool","provider":"default/relay-a","routeClass":"Pool","upstreamModel":"gpt-5.1-relay","outcome":"Skipped",
         "skipReason":"cross_balance_forbidden","lines":[],"considered":[]}
        """;
    String error = "{\"httpStatus\":402,\"code\":\"balance_insufficient\",\"message\":\"No balance can pay.\"}";
    assertThat(Explanation.of(receipt("Denied", 3, error, "[]", empty, pool)))
        .isEqualTo(
            """
            Receipt 0198a  gpt-5.1 for key "ci bot" (project acme)   2026-11-23 13:44:24Z   3 ms   Denied
              1 official   openai / gpt-5.1          Direct   skipped: balance too low
                  why: no balance for Direct can hold what the request may cost: default/credit insufficient, 0.01 CREDIT available; to change it: a grant, or a lower output cap in the request
              2 pool       relay-a / gpt-5.1-relay   Pool     skipped: another balance would pay
                  why: another balance would have to pay (Direct -> Pool), and that takes three consents: crossBalance: WithConsent in the route's fallback policy, {from: Direct, to: Pool} in project acme's crossBalance, and a key that does not say Never
              refused with 402 balance_insufficient: No balance can pay.
            """);
  }

  @Test
  void refusedBeforeAnyHop() {
    String error = "{\"httpStatus\":400,\"code\":\"task_required\",\"message\":\"This project needs a task label.\"}";
    assertThat(Explanation.of(receipt("Denied", 1, error, "[]")))
        .isEqualTo(
            """
            Receipt 0198a  gpt-5.1 for key "ci bot" (project acme)   2026-11-23 13:44:24Z   1 ms   Denied
              refused with 400 task_required: This project needs a task label.
              to change it: the header x-exchequer-task in the request, or task on the key
            """);
  }

  @Test
  void inDoubtAndLaterCorrected() {
    String hop =
        """
        {"hop":1,"attempt":1,"name":"official","provider":"default/openai","routeClass":"Direct","upstreamModel":"gpt-5.1","outcome":"InDoubt",
         "usage":{"meters":{"Input":40,"Output":10},"source":"Estimated"},"hold":"0.081500000","charge":"0.001000000","unit":"CREDIT","balance":"default/credit",
         "balanceType":"Credit","entry":7,"balanceBefore":"1.000000000","balanceAfter":"0.999000000","lines":[]}
        """;
    String correction =
        """
        [{"balance":"default/credit","sequence":9,"time":"2026-11-23T13:50:00.000Z","kind":"Correction","amount":"0.000400000","before":"0.900000000",
          "after":"0.900400000","receipt":"0198a","attempt":1,"actor":null,"reason":"usage came late"}]
        """;
    assertThat(Explanation.of(receipt("InDoubt", 60_000, "null", correction, hop)))
        .isEqualTo(
            """
            Receipt 0198a  gpt-5.1 for key "ci bot" (project acme)   2026-11-23 13:44:24Z   60.0 s   InDoubt
              1 official   openai / gpt-5.1   Direct   in doubt, 40 in 10 out (estimated)   0.001 CREDIT
                  paid by default/credit 1 -> 0.999 (entry 7)
                  why: nobody can say whether the provider served this; what was observed is charged (the balance's onInDoubt), and better evidence corrects it
                  why: hop 1 is Direct, Direct = default/credit
              correction 2026-11-23 13:50:00Z: +0.0004 CREDIT on default/credit 0.9 -> 0.9004 (entry 9), usage came late
            """);
  }

  @Test
  void theCustomersOwnKeyPaysNothingHere() {
    String hop =
        """
        {"hop":1,"attempt":1,"name":"own","provider":"default/openai-own","routeClass":"Byok","upstreamModel":"gpt-5.1","outcome":"Completed","httpStatus":200,
         "usage":{"meters":{"Input":40,"Output":10},"source":"Provider"},"hold":null,"charge":"0.000000000","unit":null,"balance":null,"lines":[]}
        """;
    assertThat(Explanation.of(receipt("Succeeded", 500, "null", "[]", hop)))
        .isEqualTo(
            """
            Receipt 0198a  gpt-5.1 for key "ci bot" (project acme)   2026-11-23 13:44:24Z   500 ms   Succeeded
              1 own   openai-own / gpt-5.1   Byok   200, 40 in 10 out   0
                  why: hop 1 is Byok, the provider bills the customer's own key, no balance pays
            """);
  }

  @Test
  void failedAtTheLastHopAfterPayingForAnEarlierOne() {
    String broken =
        RATE_LIMITED.replace("ProviderStatus", "Unreadable").replace("\"charge\":\"0.000000000\"", "\"charge\":\"0.100000000\"").replace("\"entry\":null", "\"entry\":3");
    String rejected =
        """
        {"hop":2,"attempt":2,"name":"spare","provider":"default/spare","routeClass":"Direct","upstreamModel":"gpt-5.1","outcome":"ProviderStatus","httpStatus":401,
         "hold":"0.081500000","charge":"0.000000000","unit":"CREDIT","balance":"default/credit","balanceType":"Credit","lines":[]}
        """;
    String error = "{\"httpStatus\":502,\"code\":\"provider_config\",\"message\":\"The provider is not set up.\"}";
    String receipt = receipt("Failed", 10, error, "[]", broken, rejected);
    assertThat(Explanation.of(receipt.replace("\"totals\":[]", "\"totals\":[{\"unit\":\"CREDIT\",\"charge\":\"0.100000000\"},{\"unit\":\"CNY\",\"charge\":\"1.000000000\"}]")))
        .isEqualTo(
            """
            Receipt 0198a  gpt-5.1 for key "ci bot" (project acme)   2026-11-23 13:44:24Z   10 ms   Failed
              1 official   openai / gpt-5.1   Direct   answer not readable, moved on          0.1 CREDIT   (held 0.0815, cost more)
                  paid by default/credit (entry 3)
                  why: hop 1 is Direct, Direct = default/credit
              2 spare      spare / gpt-5.1    Direct   401 provider does not accept our key   0 CREDIT     (held 0.0815, released)
                  why: hop 2 is Direct, Direct = default/credit
              answered with 502 provider_config: The provider is not set up.
              to change it: the provider's credential or baseUrl, or the hop's upstreamModel
              in total 0.1 CREDIT + 1 CNY
            """);
  }

  @Test
  void whatIsNotDisclosedIsLeftOut() {
    String hop = POOL_PAID.replaceAll("\"(charge|balanceBefore|balanceAfter)\":\"[^\"]*\"", "\"$1\":null");
    assertThat(Explanation.of(receipt("Succeeded", 500, "null", "[]", hop))).doesNotContain("null").doesNotContain("->").doesNotContain("released");
  }

  @Test
  void whatCallersChooseCannotWriteLines() {
    String receipt = receipt("Denied", 1, "null", "[]").replace("\"requestedModel\":\"gpt-5.1\"", "\"requestedModel\":\"a\\nb\\u001b[2J\"");
    assertThat(Explanation.of(receipt)).startsWith("Receipt 0198a  a?b?[2J for key").hasLineCount(1);
  }

  @Test
  void whatIsNotJsonIsNotAReceipt() {
    assertThatThrownBy(() -> Explanation.of("{")).isInstanceOf(IllegalArgumentException.class);
  }

  private static String receipt(String status, long latencyMs, String error, String corrections, String... hops) {
    return """
        {"id":"0198a","status":"%s","time":"2026-11-23T13:44:24.123Z","apiKey":"default/ci","keyLabel":"ci bot","project":"default/acme","requestedModel":"gpt-5.1",
         "route":"default/gpt","latencyMs":%d,"error":%s,"corrections":%s,"totals":[],"hops":[%s]}
        """
        .formatted(status, latencyMs, error, corrections, String.join(",", hops));
  }
}
