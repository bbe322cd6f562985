package dev.exchequer.crds;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** An account at an upstream. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@Plural("modelproviders")
@ShortNames("mprov")
public final class ModelProvider extends CustomResource<ModelProviderSpec, ResourceStatus> implements Namespaced {
  private static final long serialVersionUID = 1;
}
