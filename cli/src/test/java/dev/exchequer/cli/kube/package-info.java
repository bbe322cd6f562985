/** What the tests of this module need of a cluster, beside the operator's real API server. */
@NullMarked
package dev.exchequer.cli.kube;

import org.jspecify.annotations.NullMarked;
