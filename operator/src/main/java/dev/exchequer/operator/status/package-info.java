/** What the operator says of each object, and writing it to the API server. */
@NullMarked
package dev.exchequer.operator.status;

import org.jspecify.annotations.NullMarked;
