package dev.exchequer.server.sim;

import dev.exchequer.fallback.Ending;
import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.SimulatedPeople;
import dev.exchequer.ledger.SimulatedPolicies;
import dev.exchequer.policy.Endpoint;
import dev.exchequer.policy.Policy;
import dev.exchequer.pricing.Demand;
import dev.exchequer.selection.RequestFacts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Everybody who wants something of the gateways: clients behind Envoys, people with commands, strays that ask again. */
final class Traffic {
  private final Simulator world;
  private final Random random;
  private final SimulatedPeople people;
  private final List<RequestFacts> asked = new ArrayList<>();
  private final Map<Gateway, List<Request>> running = new HashMap<>();
  private final List<Command.Administer> told = new ArrayList<>();
  private int requests;

  Traffic(Simulator world) {
    this.world = world;
    this.random = world.scheduler().random;
    this.people = new SimulatedPeople(random);
  }

  /** A message between two machines. */
  void network(Runnable arrives) {
    once(arrives);
    if (world.faults().twice()) {
      world.scheduler().after(world.faults().delayMs(), arrives);
    }
  }

  /** The same, of a call that makes a new id each time that it comes: so it comes at most once. */
  void once(Runnable arrives) {
    if (!world.faults().lost()) {
      world.scheduler().after(world.faults().delayMs(), arrives);
    }
  }

  /** Somebody does something. */
  void act(Gateway gateway) {
    int dice = random.nextInt(100);
    if (dice < 72 || asked.isEmpty()) {
      request(gateway);
    } else if (dice < 76) {
      again(gateway);
    } else if (dice < 81) {
      deny(gateway);
    } else if (dice < 87) {
      tell(gateway, people.grant(world.truth().books(), gateway.clock().millis()));
    } else if (dice < 93) {
      people.something(world.truth().books(), someHold()).forEach(command -> tell(gateway, command));
    } else if (!told.isEmpty()) {
      tell(gateway, told.get(random.nextInt(told.size())));
    }
  }

  /** The same rows are wanted everywhere in the same moment. */
  void crowd(List<Gateway> gateways) {
    int dice = asked.isEmpty() ? 0 : random.nextInt(12);
    if (dice < 7) {
      int first = random.nextInt(4);
      int route = random.nextInt(3);
      for (int i = 0; i < gateways.size(); i++) {
        request(gateways.get(i), SimulatedPolicies.KEYS.get((first + i) % 4), route); // three of them share balances
      }
    } else if (dice < 10) {
      HoldId id = someHold();
      gateways.forEach(gateway -> again(gateway, id));
    } else {
      HoldId id = someHold();
      gateways.forEach(gateway -> people.refund(world.truth().books(), id).forEach(command -> tell(gateway, command)));
    }
  }

  /** What is reported again may have been over for hours. */
  void late(Gateway gateway) {
    if (asked.isEmpty() || random.nextBoolean()) {
      act(gateway);
    } else {
      again(gateway, new HoldId(asked.get(random.nextInt(asked.size())).id(), 1));
    }
  }

  /** More refusals in a second than leave a receipt. */
  void flood(Gateway gateway) {
    if (random.nextInt(3) == 0) {
      act(gateway);
      return;
    }
    ObjectName key = SimulatedPolicies.KEYS.get(random.nextInt(2));
    for (int i = 0; i < 12; i++) {
      deny(gateway, key);
    }
  }

  private RequestFacts facts(Gateway gateway, Policy policy, ObjectName key, int route) {
    String idempotencyKey = random.nextInt(4) == 0 ? "idem" + random.nextInt(4) : null;
    String task = random.nextInt(4) == 0 ? "" : "task" + random.nextInt(8);
    Endpoint endpoint = random.nextInt(10) == 0 ? Endpoint.EMBEDDINGS : Endpoint.CHAT_COMPLETIONS;
    Demand demand = new Demand(random.nextInt(1000), false, random.nextInt(200), 1 + random.nextInt(2), 1, "default", null, null);
    return new RequestFacts(
        "r" + ++requests, gateway.clock().millis(), key, key.name(), SimulatedPolicies.projectOf(key), "owner", task, "user" + random.nextInt(3), null, idempotencyKey,
        endpoint, "model", SimulatedPolicies.ROUTES.get(route), 1, "f", policy.digest(), random.nextBoolean(), Set.of(), demand);
  }

  private void request(Gateway gateway) {
    request(gateway, SimulatedPolicies.KEYS.get(random.nextInt(SimulatedPolicies.KEYS.size())), random.nextInt(3));
  }

  private void request(Gateway gateway, ObjectName key, int route) {
    if (!gateway.serving()) {
      return;
    }
    Policy policy = gateway.engine().policy().orElseThrow();
    RequestFacts facts = facts(gateway, policy, key, route);
    asked.add(facts);
    Request request = new Request(this, gateway, world.logOf(gateway), facts, policy);
    List<Request> ofGateway = running.computeIfAbsent(gateway, g -> new ArrayList<>());
    ofGateway.add(request);
    request.begin();
  }

  /** Envoy of this gateway dies: nobody waits any more, and what ran leaves no line. */
  void envoyDied(Gateway gateway) {
    running.getOrDefault(gateway, List.of()).forEach(Request::envoyDied);
    running.remove(gateway);
  }

  private HoldId someHold() {
    RequestFacts facts = asked.get(asked.size() - 1 - random.nextInt(Math.min(asked.size(), 8)));
    return new HoldId(facts.id(), random.nextInt(4) == 0 ? 1 + random.nextInt(4) : 1);
  }

  /** A settlement that somebody repeats, or makes up, at whichever gateway. */
  private void again(Gateway gateway) {
    again(gateway, someHold());
  }

  private void again(Gateway gateway, HoldId id) {
    var evidence = dev.exchequer.ledger.EvidenceBuilder.any(random, dev.exchequer.fallback.Evidence.From.SETTLE).build();
    if (world.truth().hold(id) != null) {
      gateway.call(engine -> engine.settle(id, evidence).whenComplete((result, error) -> gateway.troubled(error)));
    }
  }

  private void deny(Gateway gateway) {
    int calls = random.nextInt(6) == 0 ? 1 + random.nextInt(25) : 1;
    for (int i = 0; i < calls; i++) {
      deny(gateway, SimulatedPolicies.KEYS.get(random.nextInt(SimulatedPolicies.KEYS.size())));
    }
  }

  private void deny(Gateway gateway, ObjectName key) {
    if (gateway.serving()) {
      RequestFacts facts = facts(gateway, gateway.engine().policy().orElseThrow(), key, random.nextInt(3));
      Ending ending = Ending.of(404, "model_not_found", "no route", new Ending.Retry.No());
      once(() -> gateway.call(engine -> engine.deny(facts, ending).whenComplete((result, error) -> gateway.troubled(error))));
    }
  }

  /** The same command may be told twice, here or elsewhere: whoever has no answer says it again. */
  private void tell(Gateway gateway, Command.Administer command) {
    told.add(command);
    network(() -> gateway.call(engine -> engine.administer(command).whenComplete((result, error) -> {
      gateway.troubled(error);
      if (result != null) {
        network(() -> world.truth().acknowledged(command, result));
      }
    })));
  }
}
