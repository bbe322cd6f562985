package dev.exchequer.server.sim;

import dev.exchequer.fallback.Evidence;
import dev.exchequer.identity.HoldId;

/** Envoy's access logs, as a request writes them. */
interface EnvoyLog {
  void progress(HoldId id);

  void end(HoldId id, Evidence evidence);

  void over(String request, int status);
}
