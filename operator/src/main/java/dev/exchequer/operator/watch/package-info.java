/** From a folder of YAML to readings: file mode's counterpart of a Kubernetes watch. */
@NullMarked
package dev.exchequer.operator.watch;

import org.jspecify.annotations.NullMarked;
