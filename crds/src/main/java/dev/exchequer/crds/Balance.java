package dev.exchequer.crds;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** The definition of a balance; the money itself is in the ledger. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@Plural("balances")
@ShortNames("bal")
public final class Balance extends CustomResource<BalanceSpec, BalanceStatus> implements Namespaced {
  private static final long serialVersionUID = 1;
}
