package dev.exchequer.crds;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** When a request may try its next hop; a route without one uses the defaults of this kind. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@Plural("fallbackpolicies")
@ShortNames("fbp")
public final class FallbackPolicy extends CustomResource<FallbackPolicySpec, ResourceStatus> implements Namespaced {
  private static final long serialVersionUID = 1;
}
