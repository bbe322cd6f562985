package dev.exchequer.operator.reconcile;

import dev.exchequer.operator.model.ObjectKey;
import dev.exchequer.operator.status.Live;
import java.util.List;
import java.util.Optional;

/** The objects as the informers have them now. */
interface LiveObjects {
  List<Live> all();

  List<Live> ofKind(String kind);

  Optional<Live> find(ObjectKey key);
}
