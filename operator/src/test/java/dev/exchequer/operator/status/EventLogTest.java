package dev.exchequer.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class EventLogTest {
  private final EventLog log = new EventLog();
  private int version;

  @Test
  void whatWasThereBeforeIsNoNews() {
    assertThat(look("ModelRoute", condition("Accepted", "False", "Invalid"))).isEmpty();
  }

  @Test
  void aChangeIsToldOnce() {
    look("ModelRoute", condition("Accepted", "True", "Accepted"));
    assertThat(look("ModelRoute", condition("Accepted", "False", "Invalid"))).containsExactly("Warning Rejected: Invalid: said");
    assertThat(look("ModelRoute", condition("Accepted", "False", "Invalid"))).as("written again").isEmpty();
    assertThat(look("ModelRoute", condition("Accepted", "False", "UnknownField"))).containsExactly("Warning Rejected: UnknownField: said");
    assertThat(look("ModelRoute", condition("Accepted", "True", "Accepted"))).containsExactly("Normal InForce: Accepted again: said");
  }

  @Test
  void aNewObjectIsToldFromItsFirstStatus() {
    look("Project", "");
    assertThat(log.look(List.of(Lives.live("Project", "born", "1", condition("ResolvedRefs", "False", "RefNotFound"))))).singleElement()
        .satisfies(news -> assertThat(news.note()).startsWith("RefNotFound"));
  }

  @Test
  void anObjectThatWasMadeAgainIsANewOne() {
    look("Balance", condition("Exhausted", "True", "NothingAvailable"));
    Live again = new Live(Lives.live("Balance", "it", "9", "").document(), "another uid", "9", Lives.json(condition("Exhausted", "True", "NothingAvailable")), null, List.of());
    assertThat(log.look(List.of(again))).extracting(EventLog.News::reason).containsExactly("Exhausted");
  }

  @Test
  void moneyThatEndsAndComesBack() {
    look("Balance", condition("Exhausted", "False", "Available"));
    assertThat(look("Balance", condition("Exhausted", "True", "NothingAvailable"))).containsExactly("Warning Exhausted: said");
    assertThat(look("Balance", condition("Exhausted", "False", "Available"))).containsExactly("Normal PaysAgain: said");
  }

  @Test
  void aMarkThatIsCrossedIsToldOnce() {
    look("Balance", condition("Low", "False", "Enough"));
    assertThat(look("Balance", condition("Low", "True", "LessThanATenth"))).as("nobody set this mark").isEmpty();
    assertThat(look("Balance", condition("Low", "True", "BelowMark"))).containsExactly("Warning Low: said");
    assertThat(look("Balance", condition("Low", "True", "BelowMark"))).isEmpty();
    EventLog budgets = new EventLog();
    budgets.look(List.of(Lives.live("Budget", "cap", "1", condition("Exhausted", "False", "WithinLimit"))));
    assertThat(budgets.look(List.of(Lives.live("Budget", "cap", "2", condition("NearLimit", "True", "MarkReached"))))).extracting(EventLog.News::reason).containsExactly("NearLimit");
    assertThat(budgets.look(List.of(Lives.live("Budget", "cap", "3", condition("NearLimit", "True", "MarkReached"))))).isEmpty();
  }

  @Test
  void aClaimThatIsLostNamesTheWinner() {
    look("ModelRoute", condition("Accepted", "True", "Accepted"));
    assertThat(look("ModelRoute", condition("Accepted", "True", "ModelConflict"))).containsExactly("Warning ModelConflict: said");
    assertThat(look("ModelRoute", condition("Accepted", "True", "ModelConflict"))).isEmpty();
  }

  @Test
  void whatEnvoyRefusesIsToldOfTheObjectAndOfTheGateway() {
    look("ModelRoute", condition("Programmed", "True", "Programmed"));
    assertThat(look("ModelRoute", condition("Programmed", "False", "EnvoyRefused"))).containsExactly("Warning EnvoyRefused: said");
    EventLog gateways = new EventLog();
    String status = "{'envoys':[{'node':'gw-0','state':'%s','message':'no such cluster'}]}";
    gateways.look(List.of(Lives.live("TokenGateway", "gw", "1", String.format(status, "Serving"))));
    assertThat(gateways.look(List.of(Lives.live("TokenGateway", "gw", "2", String.format(status, "Refused"))))).singleElement()
        .satisfies(news -> assertThat(news.reason() + " " + news.note()).isEqualTo("EnvoyRefused gw-0: no such cluster"));
    assertThat(gateways.look(List.of(Lives.live("TokenGateway", "gw", "3", String.format(status, "Refused"))))).isEmpty();
  }

  @Test
  void aDeletionThatWaits() {
    look("Balance", condition("Exhausted", "False", "Available"));
    assertThat(look("Balance", condition("DeletionWaits", "True", "OpenHolds"))).containsExactly("Warning DeletionWaits: said");
  }

  private List<String> look(String kind, String status) {
    return log.look(List.of(Lives.live(kind, "it", String.valueOf(++version), status))).stream()
        .map(news -> (news.warning() ? "Warning " : "Normal ") + news.reason() + ": " + news.note())
        .toList();
  }

  private static String condition(String type, String status, String reason) {
    return "{'conditions':[{'type':'" + type + "','status':'" + status + "','reason':'" + reason + "','message':'said'}]}";
  }
}
