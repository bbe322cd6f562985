package dev.exchequer.budget;

import dev.exchequer.identity.ObjectName;

/**
 * One counter of a budget.
 *
 * @param value "" = the shared bucket of the target, or an absent label
 * @param windowStartMs milliseconds since the epoch, 0 for a lifetime
 */
public record BucketKey(ObjectName budget, String value, String unit, long windowStartMs) {}
