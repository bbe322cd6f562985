package dev.exchequer.crds;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** Owner, consent and ceiling of the keys below it; keys only narrow it. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@Plural("projects")
@ShortNames("xproj")
public final class Project extends CustomResource<ProjectSpec, ResourceStatus> implements Namespaced {
  private static final long serialVersionUID = 1;
}
