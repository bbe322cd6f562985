/** Brings a translated gateway to Envoy by delta ADS, in the order of activation, and says what became of it. */
@NullMarked
package dev.exchequer.operator.publish;

import org.jspecify.annotations.NullMarked;
