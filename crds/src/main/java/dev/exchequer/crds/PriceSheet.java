package dev.exchequer.crds;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** Prices in one unit; the first matching rate wins. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@Plural("pricesheets")
@ShortNames("psheet")
public final class PriceSheet extends CustomResource<PriceSheetSpec, ResourceStatus> implements Namespaced {
  private static final long serialVersionUID = 1;
}
