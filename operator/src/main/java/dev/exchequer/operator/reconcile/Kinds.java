package dev.exchequer.operator.reconcile;

import dev.exchequer.crds.Api;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.List;
import java.util.function.Function;

/**
 * The kinds as they are watched, with a reconciler each: the SDK reads from the class what it is for, and the client makes
 * objects of them, so they are public. ReconcileTest holds them against the definitions.
 */
final class Kinds {
  static final List<Watched<?>> ALL =
      List.of(
          new Watched<>(TokenGateway.class, TokenGateways::new),
          new Watched<>(ModelProvider.class, ModelProviders::new),
          new Watched<>(Project.class, Projects::new),
          new Watched<>(Balance.class, Balances::new),
          new Watched<>(PriceSheet.class, PriceSheets::new),
          new Watched<>(ApiKey.class, ApiKeys::new),
          new Watched<>(Budget.class, Budgets::new),
          new Watched<>(FallbackPolicy.class, FallbackPolicies::new),
          new Watched<>(ModelRoute.class, ModelRoutes::new));

  /** @param reconciler made with what it calls when something changed */
  record Watched<R extends RawResource>(Class<R> type, Function<Runnable, DirtyReconciler<R>> reconciler) {}

  private Kinds() {}

  @Group(Api.GROUP)
  @Version(Api.VERSION)
  @Kind("TokenGateway")
  @Plural("tokengateways")
  public static final class TokenGateway extends RawResource {
    private static final long serialVersionUID = 1;
  }

  private static final class TokenGateways extends DirtyReconciler<TokenGateway> {
    TokenGateways(Runnable dirty) {
      super(TokenGateway.class, dirty);
    }
  }

  @Group(Api.GROUP)
  @Version(Api.VERSION)
  @Kind("ModelProvider")
  @Plural("modelproviders")
  public static final class ModelProvider extends RawResource {
    private static final long serialVersionUID = 1;
  }

  private static final class ModelProviders extends DirtyReconciler<ModelProvider> {
    ModelProviders(Runnable dirty) {
      super(ModelProvider.class, dirty);
    }
  }

  @Group(Api.GROUP)
  @Version(Api.VERSION)
  @Kind("Project")
  @Plural("projects")
  public static final class Project extends RawResource {
    private static final long serialVersionUID = 1;
  }

  private static final class Projects extends DirtyReconciler<Project> {
    Projects(Runnable dirty) {
      super(Project.class, dirty);
    }
  }

  @Group(Api.GROUP)
  @Version(Api.VERSION)
  @Kind("Balance")
  @Plural("balances")
  public static final class Balance extends RawResource {
    private static final long serialVersionUID = 1;
  }

  private static final class Balances extends DirtyReconciler<Balance> {
    Balances(Runnable dirty) {
      super(Balance.class, dirty);
    }
  }

  @Group(Api.GROUP)
  @Version(Api.VERSION)
  @Kind("PriceSheet")
  @Plural("pricesheets")
  public static final class PriceSheet extends RawResource {
    private static final long serialVersionUID = 1;
  }

  private static final class PriceSheets extends DirtyReconciler<PriceSheet> {
    PriceSheets(Runnable dirty) {
      super(PriceSheet.class, dirty);
    }
  }

  @Group(Api.GROUP)
  @Version(Api.VERSION)
  @Kind("ApiKey")
  @Plural("apikeys")
  public static final class ApiKey extends RawResource {
    private static final long serialVersionUID = 1;
  }

  private static final class ApiKeys extends DirtyReconciler<ApiKey> {
    ApiKeys(Runnable dirty) {
      super(ApiKey.class, dirty);
    }
  }

  @Group(Api.GROUP)
  @Version(Api.VERSION)
  @Kind("Budget")
  @Plural("budgets")
  public static final class Budget extends RawResource {
    private static final long serialVersionUID = 1;
  }

  private static final class Budgets extends DirtyReconciler<Budget> {
    Budgets(Runnable dirty) {
      super(Budget.class, dirty);
    }
  }

  @Group(Api.GROUP)
  @Version(Api.VERSION)
  @Kind("FallbackPolicy")
  @Plural("fallbackpolicies")
  public static final class FallbackPolicy extends RawResource {
    private static final long serialVersionUID = 1;
  }

  private static final class FallbackPolicies extends DirtyReconciler<FallbackPolicy> {
    FallbackPolicies(Runnable dirty) {
      super(FallbackPolicy.class, dirty);
    }
  }

  @Group(Api.GROUP)
  @Version(Api.VERSION)
  @Kind("ModelRoute")
  @Plural("modelroutes")
  public static final class ModelRoute extends RawResource {
    private static final long serialVersionUID = 1;
  }

  private static final class ModelRoutes extends DirtyReconciler<ModelRoute> {
    ModelRoutes(Runnable dirty) {
      super(ModelRoute.class, dirty);
    }
  }
}
