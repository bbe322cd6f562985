/** From the objects that are in force to the GatewayPlan, every default spelled out. */
@NullMarked
package dev.exchequer.operator.compile;

import org.jspecify.annotations.NullMarked;
