/** From the GatewayPlan to the AccountingPolicy, and the feed that the accounting service dials. */
@NullMarked
package dev.exchequer.operator.policy;

import org.jspecify.annotations.NullMarked;
