package dev.exchequer.server.engine;

import dev.exchequer.policy.ApiKey;
import dev.exchequer.policy.Policy;
import dev.exchequer.policy.Project;
import dev.exchequer.policy.Provider;
import dev.exchequer.policy.Route;
import dev.exchequer.selection.RequestFacts;

/**
 * A request under way, in memory only: what its later attempts and its answer's headers need. After a restart of the service it is gone, and attempt 2 is
 * refused with accounting_restarted.
 *
 * @param policy pinned at admission
 */
public record Admitted(RequestFacts facts, Policy policy, ApiKey key, Project project, Route route, BodyEdits edits) {

  /** How this request's body must be changed for a hop: offsets into the client's bytes, kept from the one time that the body was parsed. */
  public interface BodyEdits {
    /**
     * @param outputCap tokens per choice, 0 where the endpoint has none
     * @return the value of x-exq-edits: {@code at:len:hex(expect):hex(text)} joined by ","; "" = send it as it is
     */
    String forHop(Provider provider, String upstreamModel, long outputCap);
  }
}
