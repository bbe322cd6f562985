package dev.exchequer.crds;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** One gateway: what it serves, its defaults, and how its Envoys stand. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@Plural("tokengateways")
@ShortNames("tgw")
public final class TokenGateway extends CustomResource<TokenGatewaySpec, TokenGatewayStatus> implements Namespaced {
  private static final long serialVersionUID = 1;
}
