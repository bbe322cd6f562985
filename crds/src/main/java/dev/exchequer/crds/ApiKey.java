package dev.exchequer.crds;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** A key that clients send; it acts for one project. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@Plural("apikeys")
@ShortNames("xkey")
public final class ApiKey extends CustomResource<ApiKeySpec, ResourceStatus> implements Namespaced {
  private static final long serialVersionUID = 1;
}
