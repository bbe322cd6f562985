package dev.exchequer.crds;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** Which upstreams serve a model, in order. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@Plural("modelroutes")
@ShortNames("mroute")
public final class ModelRoute extends CustomResource<ModelRouteSpec, ModelRouteStatus> implements Namespaced {
  private static final long serialVersionUID = 1;
}
