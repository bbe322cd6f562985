package dev.exchequer.crds;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** A cap over a window; it holds no value. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@Plural("budgets")
@ShortNames("xbud")
public final class Budget extends CustomResource<BudgetSpec, BudgetStatus> implements Namespaced {
  private static final long serialVersionUID = 1;
}
