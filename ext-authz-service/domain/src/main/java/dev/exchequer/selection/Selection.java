package dev.exchequer.selection;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.policy.ApiKey;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Endpoint;
import dev.exchequer.policy.ModelPattern;
import dev.exchequer.policy.Payer;
import dev.exchequer.policy.Policy;
import dev.exchequer.policy.PriceSheet.Rate;
import dev.exchequer.policy.Project;
import dev.exchequer.policy.Provider;
import dev.exchequer.policy.Route;
import dev.exchequer.policy.Route.Hop;
import dev.exchequer.policy.RouteClass;
import dev.exchequer.pricing.AmountOverflow;
import dev.exchequer.pricing.Bounds;
import dev.exchequer.pricing.Demand;
import dev.exchequer.pricing.Quote;
import dev.exchequer.pricing.Rates;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Judges every hop of a request's pinned route without looking at money: may it be used, who pays, is that a crossing, what can it cost at most. A pure
 * function of the pinned policy and the request's facts, so each attempt sees the same picture.
 */
public final class Selection {
  private final Policy policy;
  private final RequestFacts facts;
  private final Project project;
  private final ApiKey key;
  private final Route route;
  private final String model;

  private Selection(Policy policy, RequestFacts facts) {
    this.policy = policy;
    this.facts = facts;
    this.project = Objects.requireNonNull(policy.projects().get(facts.project()), "project of the pinned policy");
    this.key = Objects.requireNonNull(policy.keys().get(facts.apiKey()), "key of the pinned policy");
    this.route = Objects.requireNonNull(policy.routes().get(Objects.requireNonNull(facts.route())), "route of the pinned policy");
    this.model = Objects.requireNonNull(facts.requestedModel());
  }

  /** One candidate for each hop, in order. */
  public static List<Candidate> candidates(Policy policy, RequestFacts facts) {
    return new Selection(policy, facts).all();
  }

  private List<Candidate> all() {
    List<Candidate> candidates = new ArrayList<>(route.hops().size());
    Hop first = null;
    for (int i = 0; i < route.hops().size(); i++) {
      Hop hop = route.hops().get(i);
      List<Balance> balances = balancesFor(hop.routeClass());
      Candidate.Skip unusable = unusable(hop, balances);
      if (unusable == null && first == null) {
        first = hop;
      }
      Payer payer = payer(hop.routeClass(), balances);
      Candidate.Verdict verdict = unusable != null ? unusable : verdict(hop, payer, balances, Objects.requireNonNull(first));
      candidates.add(new Candidate(i + 1, hop, provider(hop), payer, unusable == null, outputCap(), verdict));
    }
    return candidates;
  }

  private Provider provider(Hop hop) {
    return Objects.requireNonNull(policy.providers().get(hop.provider()), "provider of the pinned policy");
  }

  private List<Balance> balancesFor(RouteClass routeClass) {
    if (!routeClass.paid()) {
      return List.of();
    }
    List<Balance> listing = new ArrayList<>();
    for (Balance balance : policy.balancesOf(facts.project())) {
      if (balance.routeClasses().contains(routeClass)) {
        listing.add(balance);
      }
    }
    return listing;
  }

  private static Payer payer(RouteClass routeClass, List<Balance> balances) {
    return !routeClass.paid() || balances.isEmpty() ? new Payer.None() : balances.get(0).payer();
  }

  /** Rule 3: usable looks only at class, model, narrowing and whether a Balance object exists. */
  private Candidate.@Nullable Skip unusable(Hop hop, List<Balance> balances) {
    RouteClass routeClass = hop.routeClass();
    if (!project.routeClasses().contains(routeClass)) {
      return forbidden("project " + project.name().name() + " may not use class " + routeClass.text());
    }
    if (!key.routeClasses().contains(routeClass)) {
      return forbidden("key " + key.label() + " may not use class " + routeClass.text());
    }
    if (!facts.narrowedTo().isEmpty() && !facts.narrowedTo().contains(routeClass)) {
      return forbidden("x-exchequer-route-classes leaves out " + routeClass.text());
    }
    if (!ModelPattern.anyMatches(project.models(), model)) {
      return forbidden("project " + project.name().name() + " may not use model " + model);
    }
    if (!ModelPattern.anyMatches(key.models(), model)) {
      return forbidden("key " + key.label() + " may not use model " + model);
    }
    if (routeClass.paid() && balances.isEmpty()) {
      return new Candidate.Skip(SkipReason.NO_BALANCE, "project " + project.name().name() + " has no balance for class " + routeClass.text());
    }
    return null;
  }

  private static Candidate.Skip forbidden(String message) {
    return new Candidate.Skip(SkipReason.ROUTE_FORBIDDEN, message);
  }

  private Candidate.Verdict verdict(Hop hop, Payer payer, List<Balance> balances, Hop first) {
    if (!payer.equals(payer(first.routeClass(), balancesFor(first.routeClass())))) {
      String refusal = crossingRefused(first.routeClass(), hop.routeClass());
      if (refusal != null) {
        return new Candidate.Skip(SkipReason.CROSS_BALANCE_FORBIDDEN, refusal);
      }
    }
    if (route.suspended()) {
      return new Candidate.Skip(SkipReason.ROUTE_SUSPENDED, "route " + route.name() + " is suspended");
    }
    if (provider(hop).suspended()) {
      return new Candidate.Skip(SkipReason.PROVIDER_SUSPENDED, "provider " + hop.provider() + " is suspended");
    }
    return payer instanceof Payer.Of of ? priced(hop, of.unit(), balances) : new Candidate.NoPayer();
  }

  /** Rule 3, all three or none. The text names what is missing. */
  private @Nullable String crossingRefused(RouteClass from, RouteClass to) {
    String pair = from.text() + " -> " + to.text();
    if (!route.fallback().withConsent()) {
      return "the fallback policy does not allow " + pair + " (crossBalance: WithConsent)";
    }
    if (!project.crossBalance().contains(new Project.Crossing(from, to))) {
      return "project " + project.name().name() + " does not consent to " + pair + " (crossBalance)";
    }
    return key.neverCross() ? "key " + key.label() + " never crosses balances (crossBalance: Never)" : null;
  }

  private Candidate.Verdict priced(Hop hop, String unit, List<Balance> balances) {
    Demand demand = facts.demand();
    if (demand.unmetered() != null) {
      return new Candidate.Skip(SkipReason.PRICE_MISSING, demand.unmetered() + " changes the price and no meter covers it; to change it: a request without it");
    }
    if (demand.nonTextParts() && hop.maxInputTokens() == 0) {
      return new Candidate.Skip(SkipReason.UNBOUNDED_INPUT, "input that is not text needs the hop's maxInputTokens");
    }
    Rates.Subject subject = new Rates.Subject(hop.routeClass(), hop.provider(), hop.upstreamModelFor(model), model, demand.serviceTier());
    Optional<Rates.Found> found = Rates.find(policy, project, route, unit, subject, facts.timeMs());
    if (found.isEmpty()) {
      return new Candidate.Skip(SkipReason.PRICE_MISSING, "no price in " + unit + " for " + subject.upstreamModel() + " at " + hop.provider());
    }
    Rate otherRate = Rates.ifServedByDefault(found.get().sheet(), found.get().rate(), subject).orElse(null);
    List<Rate> rates = otherRate == null ? List.of(found.get().rate()) : List.of(found.get().rate(), otherRate);
    ToolCalls toolCalls = ToolCalls.of(hop, subject.upstreamModel(), demand, rates);
    if (toolCalls.refusal() != null) {
      return new Candidate.Skip(SkipReason.PRICE_MISSING, toolCalls.refusal());
    }
    Quote quote;
    try {
      Bounds bounds = new Bounds(inputBound(hop, subject.upstreamModel()), outputBound(outputCap(), demand), toolCalls.bound());
      quote = quote(found.get(), otherRate, unit, bounds);
    } catch (AmountOverflow | ArithmeticException e) {
      return new Candidate.Skip(SkipReason.PRICE_MISSING, "the ceiling of its cost is above " + dev.exchequer.money.Money.MAX_UNITS + " " + unit);
    }
    List<Candidate.Option> options = new ArrayList<>(balances.size());
    for (Balance balance : balances) {
      options.add(new Candidate.Option(balance, quote));
    }
    return new Candidate.Payable(options);
  }

  private Quote quote(Rates.Found found, @Nullable Rate otherRate, String unit, Bounds bounds) {
    ObjectName sheet = found.sheet().name();
    String rate = found.rate().name();
    String other = otherRate == null ? null : otherRate.name();
    long amount = Quote.ceiling(found.sheet(), rate, other, bounds);
    return new Quote(amount, unit, sheet, found.sheet().digest(), rate, other, bounds.input(), outputCap(), bounds.toolCalls());
  }

  /** Tokens. What is not text, and what a provider finds because it was asked to look, is bounded by the hop's declaration alone. */
  private long inputBound(Hop hop, String upstreamModel) {
    Demand demand = facts.demand();
    boolean beyondText = demand.nonTextParts() || ToolCalls.asked(upstreamModel, demand) != null;
    return beyondText ? Math.max(hop.maxInputTokens(), demand.textBound()) : demand.textBound();
  }

  /** Tokens that all outputs together cannot exceed. */
  public static long outputBound(long outputCap, Demand demand) {
    return Math.multiplyExact(Math.multiplyExact(outputCap, demand.choices()), demand.prompts());
  }

  /** The client's cap, else the route's default, at most the route's maximum; 0 where nothing is generated. */
  private long outputCap() {
    if (facts.endpoint() == Endpoint.EMBEDDINGS) {
      return 0;
    }
    long asked = facts.demand().clientCap() == 0 ? route.defaultOutputTokens() : facts.demand().clientCap();
    return Math.min(asked, route.maxOutputTokens());
  }
}
